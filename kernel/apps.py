"""How Django loads the room."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """The room ``kernel``."""

    name = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what the worker does by the clock."""
        from kernel import tasks

        tasks.periodic("kernel.sweep", "kernel.jobs.sweep", minutes=1)
        tasks.periodic("kernel.tidy", "kernel.jobs.tidy", minutes=60)
