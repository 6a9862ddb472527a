"""How Django loads the room."""

from django.apps import AppConfig


class VolunteerHubConfig(AppConfig):
    """The room ``volunteer_hub``."""

    name = "volunteer_hub"
    default_auto_field = "django.db.models.BigAutoField"
