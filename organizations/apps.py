"""How Django loads the room."""

from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    """The room ``organizations``."""

    name = "organizations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what the worker does by the clock."""
        from kernel import tasks

        tasks.periodic("organizations.close_past", "organizations.jobs.close_past", minutes=10)
