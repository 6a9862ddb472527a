"""How Django loads the room."""

from django.apps import AppConfig


class RightsConfig(AppConfig):
    """The room ``rights``."""

    name = "rights"
    default_auto_field = "django.db.models.BigAutoField"
