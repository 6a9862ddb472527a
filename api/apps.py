"""How Django loads the room."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The room ``api``."""

    name = "api"
    default_auto_field = "django.db.models.BigAutoField"
