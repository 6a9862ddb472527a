"""How Django loads the room."""

from django.apps import AppConfig


class IncentivesConfig(AppConfig):
    """The room ``incentives``."""

    name = "incentives"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what happens below."""
        from accounts import events as people
        from incentives import handlers
        from kernel.events import subscribe
        from service_records import events as records

        subscribe(records.RECORD_APPROVED, handlers.on_record_approved)
        subscribe(records.RECORD_CORRECTED, handlers.on_record_approved)
        subscribe(people.PERSON_ERASED, handlers.on_person_erased)
