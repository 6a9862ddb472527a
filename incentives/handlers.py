"""What happened below leads to one action on the present state."""

from datetime import datetime

from incentives import actions
from kernel.models import Event
from service_records.models import ServiceRecord


def on_record_approved(event: Event, now: datetime) -> None:
    """Hours were approved, or put in the place of others: points and stars follow."""
    row = ServiceRecord.objects.select_related("volunteer", "corrects").get(pk=event.subject_id)
    actions.settle_record(record=row, now=now)
