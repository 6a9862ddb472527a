"""How Django loads the room."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """The room ``notifications``."""

    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what happens below, carry the sign-in codes, and say what is done by the clock."""
        from accounts import gateways
        from kernel import tasks
        from kernel.events import subscribe
        from notifications import actions, events, handlers

        for name in events.HEARD:
            subscribe(name, handlers.on_event)
        gateways.register_sender(actions.write_code)
        tasks.periodic("notifications.send_due", "notifications.jobs.send_due", minutes=1)
        tasks.periodic("notifications.remind", "notifications.jobs.remind", minutes=5)
        tasks.periodic("notifications.forget", "notifications.jobs.forget", minutes=1)
