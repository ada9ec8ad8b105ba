"""The pages. Each view module lists its own addresses in `urls`."""

from screening.views import app, desk, field, health, images, manage, shelf, shell, talk, worklist

PAGES = (shell, app, field, worklist, desk, talk, manage, images, health, shelf)
urlpatterns = [address for page in PAGES for address in page.urls]
