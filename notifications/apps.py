"""How Django loads the room."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """The room ``notifications``."""

    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"
