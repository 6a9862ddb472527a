"""How Django loads the room."""

from django.apps import AppConfig


class RightsConfig(AppConfig):
    """The room ``rights``."""

    name = "rights"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what the worker does by the clock."""
        from kernel import tasks

        tasks.periodic("rights.close_old", "rights.jobs.close_old", minutes=60)
        tasks.periodic("rights.note_overdue", "rights.jobs.note_overdue", minutes=10)
