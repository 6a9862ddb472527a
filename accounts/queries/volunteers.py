"""Volunteers and the papers that are theirs."""

import json
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Credential, User, Verification, VolunteerProfile
from accounts.queries.posts import may, may_in_city, scope_q
from accounts.roles import Permission
from accounts.rules import check_id_number
from accounts.states import Sex, VerificationState
from kernel import vault
from kernel.workdays import local_date
from regions.models import Region


def volunteers_for(viewer: User | None, *, now: datetime) -> QuerySet[VolunteerProfile]:
    """Return the viewer's own profile, and the volunteers living where the viewer dispatches."""
    if viewer is None:
        return VolunteerProfile.objects.none()
    return VolunteerProfile.objects.filter(
        Q(user=viewer) | scope_q(viewer, Permission.DISPATCH, Permission.VERIFY_PEOPLE, now=now)
    ).select_related("user__key", "key", "region__parent")


def is_guardian_of(user: User | None, volunteer: VolunteerProfile) -> bool:
    """Say whether ``user`` signs in with the phone that ``volunteer`` named as the guardian's."""
    if user is None or not user.phone:
        return False
    return bool(facts(volunteer.guardian).get("phone") == user.phone)


def guardian_mark(volunteer: VolunteerProfile) -> str:
    """Return a digest of the guardian who is named now: a page sends it back with the answer to what
    it showed. It is the same for the same name and phone, and tells neither."""
    return vault.blind("guardian", volunteer.guardian or "")


def ward(viewer: User | None, ref: str, *, now: datetime) -> VolunteerProfile | None:
    """Return the volunteer with this reference to whom the viewer is the guardian, or the office that
    checks people's papers; None for everybody else, and for no such volunteer."""
    row = (
        VolunteerProfile.objects.filter(ref=ref)
        .select_related("user__key", "key", "region__parent")
        .first()
    )
    if row is None:
        return None
    office = row.region and may(viewer, Permission.VERIFY_PEOPLE, region=row.region, now=now)
    return row if office or is_guardian_of(viewer, row) else None


def wards_for(viewer: User | None, *, now: datetime) -> QuerySet[VolunteerProfile]:
    """Return the volunteers under 18 of the viewer's area whose guardian was named and has not said yes."""
    return VolunteerProfile.objects.filter(
        scope_q(viewer, Permission.VERIFY_PEOPLE, now=now),
        is_verified=True,
        is_adult=False,
        guardian__isnull=False,
        guardian_consent_at__isnull=True,
    ).select_related("user__key", "key", "region__parent")


def credentials_for(viewer: User | None, *, now: datetime) -> QuerySet[Credential]:
    """Return the viewer's own credentials, and those that are theirs to check."""
    if viewer is None:
        return Credential.objects.none()
    return Credential.objects.filter(
        Q(volunteer__user=viewer)
        | scope_q(viewer, Permission.VERIFY_PEOPLE, now=now, field="volunteer__region")
    ).select_related("volunteer__user", "volunteer__region", "key")


def verifications_for(viewer: User | None, *, now: datetime) -> QuerySet[Verification]:
    """Return the viewer's own claims, and those of people who live in the viewer's streets; of people
    who have not said where they live, for the city."""
    if viewer is None:
        return Verification.objects.none()
    nowhere = Q(user__volunteer__region__isnull=True, user__resident__isnull=True)
    for_city = may_in_city(viewer, Permission.VERIFY_PEOPLE, now=now)
    return Verification.objects.filter(
        Q(user=viewer)
        | (nowhere if for_city else Q(pk__in=[]))
        | scope_q(viewer, Permission.VERIFY_PEOPLE, now=now, field="user__volunteer__region")
        | scope_q(viewer, Permission.VERIFY_PEOPLE, now=now, field="user__resident__region")
    ).select_related("user__key", "key", "user__volunteer__region")


def claims_to_review(viewer: User, *, now: datetime) -> QuerySet[Verification]:
    """Return the claims that a person decides with the card on the table: those that the source did not
    confirm, or could not be asked about; no longer when the person has claimed again since."""
    later = Verification.objects.filter(user=OuterRef("user"), pk__gt=OuterRef("pk"))
    stuck = Q(state=VerificationState.SOURCE_DOWN, next_attempt_at__isnull=True)
    unknown = Q(state__in=[VerificationState.MISMATCH, VerificationState.NO_RECORD])
    return (
        verifications_for(viewer, now=now)
        .filter(unknown | stuck, user__erased_at__isnull=True)
        .exclude(user=viewer)
        .exclude(Exists(later))
    )


class CardFacts(NamedTuple):
    """What of a claim is compared with the card on the table; never the whole number."""

    tail: str
    birth_on: date
    sex: Sex


def card_facts(claim: Verification) -> CardFacts:
    """Return the last four characters of the number, and the birth date and sex that it says."""
    number = claim.id_number
    asked_on = local_date(claim.asked_at)
    known = check_id_number(number, today=asked_on)
    return CardFacts(number[-4:], known.birth_on, known.sex)


def claimed_twice(viewer: User | None, *, now: datetime) -> QuerySet[Verification]:
    """Return the claims on a number that somebody else holds, until they are settled: work of the city's
    identity desk only."""
    if not may_in_city(viewer, Permission.VERIFY_PEOPLE, now=now):
        return Verification.objects.none()
    return (
        Verification.objects.filter(
            duplicate_of__state=VerificationState.MATCH,
            settled_at__isnull=True,
            user__erased_at__isnull=True,
            duplicate_of__user__erased_at__isnull=True,
        )
        .select_related("user__key", "key", "duplicate_of__user__key", "duplicate_of__key")
        .order_by("-pk")
    )


def latest_verification(user: User) -> Verification | None:
    """Return the claim that counts: the verified one, else the newest."""
    claims = Verification.objects.filter(user=user).order_by("-pk")
    return claims.filter(state=VerificationState.MATCH).first() or claims.first()


def is_verified(user: User) -> bool:
    """Say whether the person's name is verified."""
    return user.verifications.filter(state=VerificationState.MATCH).exists()


def facts(text: str | None) -> dict[str, str]:
    """Return a sealed JSON object as a dict; empty when there is none."""
    found: dict[str, str] = json.loads(text) if text else {}
    return found


def listed(text: str | None) -> list[str]:
    """Return a sealed JSON list; empty when there is none."""
    found: list[str] = json.loads(text) if text else []
    return found


def volunteers_by_path(region: Region) -> dict[str, int]:
    """Return how many verified volunteers live in each street of ``region``: path → count."""
    return dict(
        VolunteerProfile.objects.filter(is_verified=True, region__path__startswith=region.path)
        .values_list("region__path")
        .annotate(n=Count("pk"))
        .order_by()
    )
