"""Whom a viewer may ask for a need, and have explained: one rule for the list, the deed and the answer."""

from datetime import datetime

from accounts import queries as people
from accounts.models import User, VolunteerProfile
from matching.models import Opening
from matching.queries.posted import may_be_asked
from matching.queries.visible import may_dispatch, why_not

BEYOND = {"too_far", "no_area"}  # of whom the need is nothing to the viewer


def askable(
    viewer: User, opening: Opening, *, now: datetime, **named: str
) -> VolunteerProfile | None:
    """Return the volunteer who is named by ``ref`` or ``number``, if the viewer may ask them for ``opening``:
    one whom they see anyway; and for who fills it by hand, whoever may be asked at all and comes so far,
    wherever they live, as the list of candidates has them. It opens nothing else of them."""
    seen = people.volunteers_for(viewer, now=now).filter(**named).first()
    if seen or not may_dispatch(viewer, opening, now=now):
        return seen
    others = VolunteerProfile.objects.filter(may_be_asked(), **named)
    row = others.select_related("user__key", "key", "region__parent").first()
    if row is None:
        return None
    against = {reason.code for reason in why_not(opening, row.user, now=now)}
    return None if against & BEYOND else row
