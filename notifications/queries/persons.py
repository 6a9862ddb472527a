"""Scenes of people: who they are, what they hold, which posts they have."""

from typing import Any

from accounts import events
from accounts.models import (
    Credential,
    Desk,
    ProxyGrant,
    User,
    Verification,
    VolunteerProfile,
)
from kernel.models import Event, Session
from notifications.queries.stage import (
    Scene,
    moment,
)


def of_user(event: Event) -> Scene:
    user = User.objects.select_related("key").get(pk=event.subject_id)
    open_elsewhere = Session.objects.filter(user_id=user.pk, expires_at__gt=event.at).count() > 1
    return Scene(
        facts={"at": moment(event.at)},
        link="/account/",
        owner=user,
        situation="ELSEWHERE" if open_elsewhere else "ONLY_HERE",
    )


def of_passkey(event: Event) -> Scene:
    """Only its owner adds or removes a passkey, and a removed one is no longer there to ask."""
    assert event.by_id is not None
    owner = User.objects.select_related("key").get(pk=event.by_id)
    return Scene(facts={"at": moment(event.at)}, link="/account/", owner=owner)


def of_verification(event: Event) -> Scene:
    row = Verification.objects.select_related("user__key").get(pk=event.subject_id)
    return Scene(
        facts={"outcome": row.state},
        link="/volunteer/register/",
        owner=row.user,
        situation=row.state,
    )


def credential_facts(row: Credential) -> dict[str, Any]:
    """Return which kind of paper, and until when it is valid."""
    until = row.valid_until.isoformat() if row.valid_until else ""
    return {"credential": row.kind, "until_on": until}


def of_credential(event: Event) -> Scene:
    row = Credential.objects.select_related("volunteer__user__key").get(pk=event.subject_id)
    return Scene(
        facts=credential_facts(row),
        link="/volunteer/profile/",
        owner=row.volunteer.user,
        situation=row.state,
    )


def of_grant(event: Event) -> Scene:
    row = ProxyGrant.objects.select_related("proxy__key", "resident__user__key").get(
        pk=event.subject_id
    )
    return Scene(
        facts={"proxy": row.kind, "until_on": row.valid_until.isoformat()},
        link="/my/",
        owner=row.proxy,
        resident=row.resident,
        situation=row.state,
    )


def of_volunteer(event: Event) -> Scene:
    row = VolunteerProfile.objects.select_related("user__key", "key").get(pk=event.subject_id)
    if event.name == events.GUARDIAN_NAMED:
        waits = not row.is_adult and row.guardian_consent_at is None
        return Scene(facts={}, link=f"/volunteers/{row.ref}/guardian/", ward=row if waits else None)
    return Scene(
        facts={},
        link="/volunteer/guardian/" if event.name == events.GUARDIAN_WITHDREW else "/volunteer/",
        owner=row.user,
        situation="SUSPENDED" if row.suspended_at else "ACTIVE",
    )


def of_desk(event: Event) -> Scene:
    row = Desk.objects.select_related("user__key", "region").get(pk=event.subject_id)
    place = {"zh": row.region.name_zh, "en": row.region.name_en}
    return Scene(facts={"role": row.role, "place": place}, link="/account/", owner=row.user)
