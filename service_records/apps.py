"""How Django loads the room."""

from django.apps import AppConfig


class ServiceRecordsConfig(AppConfig):
    """The room ``service_records``."""

    name = "service_records"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what the worker does by the clock."""
        from kernel import tasks

        tasks.periodic("service_records.force_close", "service_records.jobs.force_close", minutes=5)
