"""The pages. Each view module lists its own addresses in `urls`."""

from screening.views import desk, field, health, images, manage, shell

urlpatterns = [*shell.urls, *field.urls, *desk.urls, *manage.urls, *images.urls, *health.urls]
