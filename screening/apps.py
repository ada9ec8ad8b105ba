from importlib import import_module

from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "screening"
    verbose_name = "Screening"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("screening.checks")  # registers them; importing any earlier would load models too soon
