"""Rows of this room that break an invariant."""

from collections.abc import Iterator

from django.db.models import Count

from accounts.models import Verification, VolunteerProfile
from accounts.states import VerificationState


def broken() -> Iterator[tuple[str, str]]:
    """Yield numbers verified twice, and profiles whose flag is not what their claims say."""
    doubles = (
        Verification.objects.filter(state=VerificationState.MATCH)
        .values("id_index")
        .annotate(times=Count("pk"))
        .filter(times__gt=1)
    )
    for row in doubles:
        yield "identity", f"accounts_verification: one number verified {row['times']} times"
    matched = Verification.objects.filter(state=VerificationState.MATCH).values("user")
    for pk in (
        VolunteerProfile.objects.filter(is_verified=True)
        .exclude(user__in=matched)
        .values_list("pk", flat=True)
    ):
        yield "identity", f"accounts_volunteerprofile#{pk}: verified without a verified claim"
