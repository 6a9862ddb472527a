"""What happened below leads to one action on the present state."""

from datetime import datetime

from accounts.models import User
from incentives import actions
from kernel.models import Event
from service_records.models import ServiceRecord


def on_record_approved(event: Event, now: datetime) -> None:
    """Hours were approved, or put in the place of others: points and stars follow."""
    row = ServiceRecord.objects.select_related("volunteer", "corrects").get(pk=event.subject_id)
    actions.settle_record(record=row, now=now)


def on_person_erased(event: Event, now: datetime) -> None:
    """Somebody asked to be forgotten; a resident without an account has no proofs."""
    if event.subject_type == User._meta.label_lower:
        actions.forget_person(user=User.objects.get(pk=event.subject_id), now=now)
