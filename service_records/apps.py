"""How Django loads the room."""

from django.apps import AppConfig


class ServiceRecordsConfig(AppConfig):
    """The room ``service_records``."""

    name = "service_records"
    default_auto_field = "django.db.models.BigAutoField"
