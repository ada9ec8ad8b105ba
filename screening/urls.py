"""The pages. Each view module lists its own addresses in `urls`."""

from screening.views import (
    app,
    desk,
    field,
    follow_up,
    health,
    images,
    manage,
<<<<<<< HEAD
    paper,
    rollout,
=======
    quality,
>>>>>>> 14bdd37 (Measure readers with hidden cases, exams, certificates and crossed studies, for the reader and the lead alone)
    shelf,
    shell,
    strings,
    talk,
<<<<<<< HEAD
    worklist,
)

PAGES = (shell, app, field, follow_up, paper, worklist, desk, talk, manage, rollout, images, health, shelf, strings)
=======
    test_sets,
    worklist,
)

PAGES = (
    shell, app, field, follow_up, worklist, desk, talk, test_sets, quality, manage, images, health, shelf, strings,
)  # fmt: skip
>>>>>>> 14bdd37 (Measure readers with hidden cases, exams, certificates and crossed studies, for the reader and the lead alone)
urlpatterns = [address for page in PAGES for address in page.urls]
