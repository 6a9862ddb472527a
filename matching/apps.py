"""How Django loads the room."""

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """The room ``matching``."""

    name = "matching"
    default_auto_field = "django.db.models.BigAutoField"
