"""The pages. Each view module lists its own addresses in `urls`."""

from screening.views import desk, field, health, images, manage

urlpatterns = [*field.urls, *desk.urls, *manage.urls, *images.urls, *health.urls]
