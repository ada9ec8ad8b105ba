"""The pages about a session."""

from accounts.views import urls as urlpatterns

__all__ = ["urlpatterns"]
