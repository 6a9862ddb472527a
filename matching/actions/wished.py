"""The resident's side wishes to see a volunteer again, or no longer."""

from datetime import datetime

from django.db import transaction

from accounts.models import ResidentProfile, User
from accounts.queries import acting
from kernel.events import record
from matching import events, rules
from matching.actions.places import lock_volunteers
from matching.models import Assignment, Wished
from matching.queries.wished import is_parted


def _speaks(resident: ResidentProfile, by: User, *, now: datetime) -> bool:
    return acting(by, resident, deed="ask", now=now) is not None


@transaction.atomic
def wish_again(*, assignment: Assignment, by: User, now: datetime) -> Wished:
    """Wish that who served comes again; wished again, nothing changes. What the volunteer's side does not
    want is not told: such a wish is taken down, and moves nothing.

    Raises ``NotAllowed`` (``not_your_side``) or ``Conflict`` (``no_resident``, ``not_served``, ``parted``).
    """
    visit = assignment.opening.visit
    rules.check_has_resident(visit=visit)
    assert visit is not None
    resident = visit.request.resident
    rules.check_wishes(speaks=_speaks(resident, by, now=now), state=assignment.state)
    lock_volunteers(
        [assignment.volunteer_id]
    )  # a block of the same moment comes before, or ends it
    rules.check_not_parted(
        parted=is_parted(resident=resident.pk, volunteer=assignment.volunteer_id)
    )
    wished, made = Wished.objects.get_or_create(
        resident=resident,
        volunteer_id=assignment.volunteer_id,
        ended_at=None,
        defaults={"wished_at": now, "wished_by": by},
    )
    if made:
        record(events.WISH_MADE, subject=wished, by=by, at=now)
    return wished


@transaction.atomic
def wish_no_more(*, wished: Wished, by: User, now: datetime) -> Wished:
    """Take the wish back; nobody is told. Raises ``NotAllowed`` (``not_your_side``)."""
    rules.check_speaks(speaks=_speaks(wished.resident, by, now=now))
    if wished.ended_at is None:
        end_wish(wished, by=by, now=now)
    return wished


def end_wish(wished: Wished, *, by: User, now: datetime) -> None:
    """End a wish that stands."""
    wished.ended_at = now
    wished.save(update_fields=["ended_at"])
    record(events.WISH_ENDED, subject=wished, by=by, at=now)
