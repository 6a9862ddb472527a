"""How Django loads the room."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The room ``web``."""

    name = "web"
    default_auto_field = "django.db.models.BigAutoField"
