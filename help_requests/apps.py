"""How Django loads the room."""

from django.apps import AppConfig


class HelpRequestsConfig(AppConfig):
    """The room ``help_requests``."""

    name = "help_requests"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what happens below, and say what the worker does by the clock."""
        from accounts import events as people
        from help_requests import handlers
        from kernel import tasks
        from kernel.events import subscribe

        subscribe(people.PERSON_ERASED, handlers.on_person_erased)
        tasks.periodic("help_requests.plan_ahead", "help_requests.jobs.plan_ahead", minutes=60)
