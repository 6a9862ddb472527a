"""How Django loads the room."""

from django.apps import AppConfig


class IncentivesConfig(AppConfig):
    """The room ``incentives``."""

    name = "incentives"
    default_auto_field = "django.db.models.BigAutoField"
