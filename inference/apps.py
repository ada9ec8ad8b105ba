from importlib import import_module

from django.apps import AppConfig


class InferenceConfig(AppConfig):
    name = "inference"
    verbose_name = "Inference"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("inference.checks")  # registers them; importing any earlier would load models too soon
