"""The pages. Each view module lists its own addresses in `urls`."""

from screening.views import (
    app,
    desk,
    field,
    follow_up,
    health,
    images,
    manage,
    paper,
    rollout,
    shelf,
    shell,
    strings,
    talk,
    worklist,
)

PAGES = (shell, app, field, follow_up, paper, worklist, desk, talk, manage, rollout, images, health, shelf, strings)
urlpatterns = [address for page in PAGES for address in page.urls]
