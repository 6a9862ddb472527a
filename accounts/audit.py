"""Rows of this room that break an invariant."""

from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import (
    Consent,
    Passkey,
    ResidentProfile,
    Reveal,
    User,
    Verification,
    VolunteerProfile,
)
from accounts.states import VerificationState
from kernel.models import Event


def broken() -> Iterator[tuple[str, str]]:
    """Yield what is wrong with identities, decisions, looks at masked data, and erased people."""
    yield from _identities()
    yield from _decisions()
    yield from _looks()
    yield from _erased()


def _identities() -> Iterator[tuple[str, str]]:
    matched = Verification.objects.filter(state=VerificationState.MATCH)
    doubles = matched.values("id_index").annotate(times=Count("pk")).filter(times__gt=1)
    for row in doubles:
        yield "identity", f"accounts_verification: one number verified {row['times']} times"
    unproved = VolunteerProfile.objects.filter(is_verified=True).exclude(
        user__in=matched.values("user")
    )
    for pk in unproved.values_list("pk", flat=True):
        yield "identity", f"accounts_volunteerprofile#{pk}: verified without a verified claim"


def _events(name: str, subject_type: str) -> Exists:
    return Exists(
        Event.objects.filter(name=name, subject_type=subject_type, subject_id=OuterRef("pk"))
    )


def _decisions() -> Iterator[tuple[str, str]]:
    for pk in Consent.objects.exclude(_events("consent.given", "accounts.consent")).values_list(
        "pk", flat=True
    ):
        yield "consent", f"accounts_consent#{pk}: no event says that it was given"


def _looks() -> Iterator[tuple[str, str]]:
    seen = Event.objects.filter(
        name="resident.revealed",
        subject_id=OuterRef("resident_id"),
        by_id=OuterRef("by_id"),
        at=OuterRef("at"),
    )
    for pk in Reveal.objects.exclude(Exists(seen)).values_list("pk", flat=True):
        yield "reveal", f"accounts_reveal#{pk}: no event says who looked"


def _erased() -> Iterator[tuple[str, str]]:
    left = Q(phone_index__isnull=False) | Q(email_index__isnull=False)
    left |= Q(key__destroyed_at__isnull=True)
    for pk in User.objects.filter(left, erased_at__isnull=False).values_list("pk", flat=True):
        yield "I17", f"accounts_user#{pk}: erased, and something leads back"
    for pk in Passkey.objects.filter(user__erased_at__isnull=False).values_list("pk", flat=True):
        yield "I17", f"accounts_passkey#{pk}: its owner is erased"
    found = ~Q(name_index="") | ~Q(phone_index="") | Q(certificate_index__isnull=False)
    for pk in ResidentProfile.objects.filter(found, erased_at__isnull=False).values_list(
        "pk", flat=True
    ):
        yield "I17", f"accounts_residentprofile#{pk}: erased, and something leads back"
