"""How Django loads the room."""

from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    """The room ``organizations``."""

    name = "organizations"
    default_auto_field = "django.db.models.BigAutoField"
