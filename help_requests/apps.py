"""How Django loads the room."""

from django.apps import AppConfig


class HelpRequestsConfig(AppConfig):
    """The room ``help_requests``."""

    name = "help_requests"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what the worker does by the clock."""
        from kernel import tasks

        tasks.periodic("help_requests.plan_ahead", "help_requests.jobs.plan_ahead", minutes=60)
