"""Forgetting a person (PIPL Art 47, GUARDS I17): what was done stays, and leads back to nobody."""

from datetime import datetime

from django.db import transaction

from accounts import events, queries, rules
from accounts.actions.people import cut_off
from accounts.gateways import files
from accounts.models import (
    Consent,
    Credential,
    ProxyGrant,
    ResidentProfile,
    Token,
    User,
    Verification,
    VolunteerProfile,
)
from accounts.models.people import RESIDENT_SEALED
from accounts.roles import Permission
from accounts.states import PaperState, VerificationState
from kernel.events import record
from kernel.models import PersonKey
from kernel.references import new_ref
from kernel.transitions import move
from kernel.workdays import local_date

NOBODY = "—"
ERASED = "erased"


@transaction.atomic
def erase_person(*, user: User, by: User | None, now: datetime) -> User:
    """Forget who ``user`` is: the data key is destroyed, indexes and clear names are emptied.

    Sessions, tokens, second factors, posts, grants and running checks end. Service facts keep their keys
    and totals. The person may, the city's desk and the platform. Raises ``NotAllowed`` (``not_yours``).
    """
    rules.check_erase(
        user=user,
        governs=queries.may_in_city(by, Permission.GRANT_DESKS, now=now),
        by=by,
    )
    _end_rights(user, by=by, now=now)
    _end_papers(user, by=by, now=now)
    if volunteer := VolunteerProfile.objects.filter(user=user).first():
        _empty_volunteer(volunteer)
    if resident := ResidentProfile.objects.filter(user=user).first():
        _empty_resident(resident, by=by, now=now)
    user.phone_index = user.email_index = None
    user.phone = user.email = user.name = None
    user.is_active, user.erased_at, user.display = False, now, ""
    user.set_unusable_password()
    user.save()
    user.key.destroy(now=now)
    record(events.PERSON_ERASED, subject=user, by=by, at=now)
    return user


@transaction.atomic
def erase_resident(*, resident: ResidentProfile, by: User, now: datetime) -> ResidentProfile:
    """Forget a resident who has no account: a child, a caller.

    Who may ask for the resident may, and the city's desk. Raises ``NotAllowed`` (``not_yours``); one
    with an account is forgotten by ``erase_person``.
    """
    decides = queries.acting(by, resident, deed="ask", now=now) is not None
    decides = decides or queries.may_in_city(by, Permission.GRANT_DESKS, now=now)
    rules.check_erase_resident(resident=resident, decides=decides)
    key = resident.key
    _empty_resident(resident, by=by, now=now)
    key.destroy(now=now)
    record(events.PERSON_ERASED, subject=resident, by=by, at=now)
    return resident


def _end_rights(user: User, *, by: User | None, now: datetime) -> None:
    cut_off(user=user)
    Token.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=now)
    user.passkeys.all().delete()
    user.authenticator_set.all().delete()  # type: ignore[attr-defined]  # the app's secret, at allauth
    today = local_date(now)
    user.desks.filter(starts_on__lte=today, ends_on__isnull=True).update(ends_on=today)
    user.desks.filter(starts_on__lte=today, ends_on__gt=today).update(ends_on=today)
    user.desks.filter(starts_on__gt=today).delete()
    Consent.objects.filter(user=user, withdrawn_at__isnull=True).update(withdrawn_at=now)
    _withdraw_grants(list(ProxyGrant.objects.filter(proxy=user)), by=by, now=now)


def _withdraw_grants(grants: list[ProxyGrant], *, by: User | None, now: datetime) -> None:
    for grant in grants:
        if grant.state in {PaperState.SUBMITTED, PaperState.VALID}:
            move(grant, PaperState.WITHDRAWN, event=events.GRANT_WITHDRAWN, by=by, at=now)


def _end_papers(user: User, *, by: User | None, now: datetime) -> None:
    """End what is being checked; a verified number is free again for whoever can prove it."""
    for claim in Verification.objects.filter(user=user):
        if claim.state in {VerificationState.WAITING, VerificationState.SOURCE_DOWN}:
            move(
                claim,
                VerificationState.REJECTED,
                event=events.IDENTITY_ANSWERED,
                by=by,
                at=now,
                reason=ERASED,
                next_attempt_at=None,
            )
        # Random, since the index is unique among the verified, the forgotten ones too.
        Verification.objects.filter(pk=claim.pk).update(id_index=new_ref())
    for credential in Credential.objects.filter(volunteer__user=user):
        if credential.state in {PaperState.SUBMITTED, PaperState.VALID}:
            move(
                credential,
                PaperState.WITHDRAWN,
                event=events.CREDENTIAL_WITHDRAWN,
                by=by,
                at=now,
            )
        if credential.file:
            files.forget(credential.file)
    Credential.objects.filter(volunteer__user=user).update(file="", issuer=NOBODY, reason="")


def _empty_volunteer(volunteer: VolunteerProfile) -> None:
    volunteer.name, volunteer.is_verified, volunteer.sex = NOBODY, False, ""
    volunteer.national_number = volunteer.region = None
    volunteer.lat = volunteer.lng = volunteer.birth_band = None
    volunteer.birth_on = volunteer.guardian = None
    volunteer.suspended_reason = ""
    volunteer.save()
    for rows in (
        volunteer.skills,
        volunteer.categories,
        volunteer.windows,
        volunteer.exceptions,
    ):
        rows.all().delete()


def _empty_resident(resident: ResidentProfile, *, by: User | None, now: datetime) -> None:
    """Empty the profile and seal the dash of a name under a key of its own, so that pages still open."""
    resident.key = PersonKey.new()
    for column in RESIDENT_SEALED:
        setattr(resident, column, None)
    resident.name = NOBODY
    resident.name_index = resident.pinyin_index = ""
    resident.phone_index = resident.phone_tail_index = resident.sex = ""
    resident.certificate_index = resident.certificate_verified_on = None
    resident.lat = resident.lng = None
    resident.erased_at = now
    resident.save()
    Consent.objects.filter(resident=resident, withdrawn_at__isnull=True).update(withdrawn_at=now)
    _withdraw_grants(list(resident.grants.all()), by=by, now=now)
