"""Something happened during a service: it is on record at once, details come later."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission
from kernel.events import record as leave_event
from kernel.references import new_number
from kernel.refusals import Invalid
from kernel.transitions import move
from matching.models import Assignment
from organizations import queries as bodies
from regions.models import Region
from rights import events, queries, rules
from rights.models import Incident
from rights.states import IncidentKind, IncidentState


@transaction.atomic
def report_incident(
    *,
    kind: str,
    by: User,
    now: datetime,
    region: Region,
    assignment: Assignment | None = None,
    is_hurt: bool = False,
    words: str = "",
    happened_at: datetime | None = None,
) -> Incident:
    """Put an incident on record; only its kind is asked. The full report is due in 48 hours.

    Somebody is hurt where ``is_hurt`` or the kind says so.

    Raises ``Invalid`` (``kind_missing``, ``in_the_future``).
    """
    if kind not in IncidentKind.values:
        raise Invalid("kind_missing", _("Choose what happened."), field="kind")
    if happened_at and happened_at > now:
        raise Invalid("in_the_future", _("This is still to come."), field="happened_at")
    is_hurt = is_hurt or kind == IncidentKind.INJURY
    incident = Incident.objects.create(
        number=new_number(Incident, "N"),
        key=by.key,
        by=by,
        assignment=assignment,
        region=region,
        kind=kind,
        is_hurt=is_hurt,
        words=rules.check_words(words, least=0) or None,
        happened_at=happened_at or now,
        reported_at=now,
        report_due_at=rules.report_due_at(now=now),
    )
    leave_event(events.INCIDENT_REPORTED, subject=incident, by=by, at=now, kind=kind, hurt=is_hurt)
    return incident


@transaction.atomic
def add_to_incident(*, incident: Incident, words: str, by: User, now: datetime) -> Incident:
    """Add what happened; what was said before stays. Raises ``NotAllowed`` (``not_yours``), ``Invalid``
    (``words_missing``), ``Conflict`` (``illegal_move``: it is closed)."""
    rules.check_own(own=incident.by_id == by.pk)
    added = rules.check_words(words)
    # Two pages at once must not lose each other's words.
    locked = Incident.objects.select_for_update(of=("self",), no_key=True).select_related("key")
    row = locked.get(pk=incident.pk)
    rules.check_adds(row)
    row.words = f"{row.words}\n\n{added}" if row.words else added
    row.save(update_fields=["words"])
    incident.words = row.words
    leave_event(events.INCIDENT_ADDED_TO, subject=incident, by=by, at=now)
    return incident


def _check_takes(incident: Incident, *, by: User, now: datetime) -> None:
    office = people.may(by, Permission.HANDLE_INCIDENTS, region=incident.region, now=now)
    body = incident.assignment and bodies.is_member(
        by, incident.assignment.opening.organization, now=now
    )
    rules.check_handles(in_scope=bool(office or body), involved={incident.by_id}, by=by)


@transaction.atomic
def take_incident(*, incident: Incident, by: User, now: datetime) -> Incident:
    """Look after it. Raises ``NotAllowed``, ``Conflict``."""
    _check_takes(incident, by=by, now=now)
    move(incident, IncidentState.IN_HAND, event=events.INCIDENT_TAKEN, by=by, at=now, handler=by)
    return incident


@transaction.atomic
def close_incident(*, incident: Incident, words: str, by: User, now: datetime) -> Incident:
    """End it, and say what was done. Raises ``NotAllowed``, ``Invalid`` (``words_missing``), ``Conflict``."""
    _check_takes(incident, by=by, now=now)
    incident.outcome = rules.check_words(words)
    incident.save(update_fields=["outcome"])
    move(incident, IncidentState.CLOSED, event=events.INCIDENT_CLOSED, by=by, at=now)
    return incident


@transaction.atomic
def note_overdue_incident(*, incident: Incident, now: datetime) -> bool:
    """Leave an event for an incident whose 48 hours are over; False when that was done before."""
    if not Incident.objects.filter(pk=incident.pk, overdue_at__isnull=True).update(overdue_at=now):
        return False
    leave_event(events.INCIDENT_OVERDUE, subject=incident, by=None, at=now)
    return True


def note_overdue_incidents(*, now: datetime) -> int:
    """Announce every incident whose 48 hours are over, once; returns how many."""
    overdue = list(queries.overdue_incidents(now=now))
    return sum(note_overdue_incident(incident=incident, now=now) for incident in overdue)
