"""How Django loads the room."""

from django.apps import AppConfig


class HelpRequestsConfig(AppConfig):
    """The room ``help_requests``."""

    name = "help_requests"
    default_auto_field = "django.db.models.BigAutoField"
