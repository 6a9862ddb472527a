"""How Django loads the room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The room ``accounts``."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what the worker does by the clock."""
        from kernel import tasks

        tasks.periodic("accounts.ask_due", "accounts.jobs.ask_due", minutes=1)
        tasks.periodic("accounts.expire", "accounts.jobs.expire", minutes=60)
