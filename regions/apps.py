"""How Django loads the room."""

from django.apps import AppConfig


class RegionsConfig(AppConfig):
    """The room ``regions``."""

    name = "regions"
    default_auto_field = "django.db.models.BigAutoField"
