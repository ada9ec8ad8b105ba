"""The pages. Each view module lists its own addresses in `urls`."""

from screening.views import desk, field, health, images, manage, shell, worklist

urlpatterns = [*shell.urls, *field.urls, *worklist.urls, *desk.urls, *manage.urls, *images.urls, *health.urls]
