"""What happened below leads to one action on the present state."""

from datetime import datetime

from accounts.models import ResidentProfile, User
from help_requests import actions
from kernel.models import Event


def on_person_erased(event: Event, now: datetime) -> None:
    """Somebody asked to be forgotten: what was asked for them is called off."""
    by_user = event.subject_type == User._meta.label_lower
    found = ResidentProfile.objects.filter(
        **{"user" if by_user else "pk": event.subject_id}
    ).first()
    if found is not None:
        actions.call_all_off(resident=found, now=now)
