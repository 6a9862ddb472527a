"""How Django loads the room."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """The room ``kernel``."""

    name = "kernel"
    default_auto_field = "django.db.models.BigAutoField"
