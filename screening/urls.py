"""The pages. Each view module lists its own addresses in `urls`."""

from screening.views import (
    app,
    desk,
    field,
    follow_up,
    health,
    images,
    manage,
    own_evidence,
    paper,
    quality,
    rollout,
    shelf,
    shell,
    strings,
    talk,
    test_sets,
    thresholds,
    worklist,
)

PAGES = (
    shell, app, field, follow_up, paper, worklist, desk, talk, test_sets, quality, manage, rollout, images, health,
    shelf, strings, thresholds, own_evidence,
)  # fmt: skip
urlpatterns = [address for page in PAGES for address in page.urls]
