"""Users and posts."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from accounts import events, queries, rules
from accounts.models import Desk, Token, User
from accounts.roles import ROLES, Permission, Role
from accounts.states import DeskRole
from kernel import sessions, vault
from kernel.events import record
from kernel.models import PersonKey
from regions.models import Region


def _address_fields(channel: str, address: str) -> dict[str, str]:
    name = "phone" if channel == "PHONE" else "email"
    return {name: address, f"{name}_index": vault.blind("address", address)}


@transaction.atomic
def make_user(
    *, channel: str, address: str, by: User | None, now: datetime, name: str = ""
) -> User:
    """Make the person with this clean, so far unknown address ("PHONE" or "EMAIL")."""
    user = User(
        key=PersonKey.new(),
        name=name or None,
        joined_at=now,
        **_address_fields(channel, address),
    )
    user.set_unusable_password()
    user.save()
    record(events.USER_JOINED, subject=user, by=by, at=now, channel=channel)
    return user


@transaction.atomic
def set_profile(
    *,
    user: User,
    by: User | None,
    now: datetime,
    name: str | None = None,
    language: str | None = None,
    display: str | None = None,
    no_voice: bool | None = None,
) -> User:
    """Write what is given of the person's own settings; raises ``Invalid`` (``bad_name``)."""
    given = {
        "name": rules.check_name(name) if name else None,
        "language": language,
        "display": display,
        "no_voice": no_voice,
    }
    changed = [field for field, value in given.items() if value is not None]
    for field in changed:
        setattr(user, field, given[field])
    if changed:
        user.save(update_fields=changed)
        record("user.changed", subject=user, by=by, at=now, fields=changed)
    return user


def cut_off(*, user: User) -> None:
    """End every session and token of ``user`` (inside an action: a raised epoch ends what is left)."""
    User.objects.filter(pk=user.pk).update(epoch=F("epoch") + 1)
    user.refresh_from_db(fields=["epoch"])
    sessions.end_sessions(user.pk)


@transaction.atomic
def grant_desk(
    *,
    user: User,
    role: DeskRole,
    region: Region,
    starts_on: date,
    by: User | None,
    now: datetime,
    ends_on: date | None = None,
) -> Desk:
    """Give ``user`` a post; the platform may anywhere, an office only below itself and inside its area.

    Raises ``NotAllowed`` (``not_your_area``).
    """
    desks = queries.desks_of(by, now=now) if by else []
    granting = [d for d in desks if _grants(d)]
    rules.check_grant_desk(desks=granting, region=region, by=by)
    desk = Desk.objects.create(
        user=user, role=role, region=region, starts_on=starts_on, ends_on=ends_on, granted_by=by
    )
    user.__dict__.pop("_desks", None)
    record(events.DESK_GRANTED, subject=desk, by=by, at=now, role=role, region=region.code)
    return desk


def _grants(desk: Desk) -> bool:
    return Permission.GRANT_DESKS in ROLES[Role(desk.role)].permissions


@transaction.atomic
def end_desk(*, desk: Desk, ends_on: date, by: User | None, now: datetime) -> Desk:
    """End a post with the day ``ends_on``; sessions and tokens of its holder end at once."""
    granting = [d for d in (queries.desks_of(by, now=now) if by else []) if _grants(d)]
    rules.check_grant_desk(desks=granting, region=desk.region, by=by)
    desk.ends_on = max(ends_on, desk.starts_on)
    desk.save(update_fields=["ends_on"])
    cut_off(user=desk.user)
    desk.user.__dict__.pop("_desks", None)
    record(events.DESK_ENDED, subject=desk, by=by, at=now)
    return desk


@transaction.atomic
def suspend(*, user: User, by: User | None, now: datetime) -> User:
    """Shut ``user`` out: nothing of theirs is lost, sessions and tokens end at once."""
    user.suspended_at = now
    user.save(update_fields=["suspended_at"])
    cut_off(user=user)
    record(events.USER_SUSPENDED, subject=user, by=by, at=now)
    return user


@transaction.atomic
def erase_person(*, user: User, by: User | None, now: datetime) -> User:
    """Forget who ``user`` is: the data key is destroyed, indexes and clear names are emptied.

    What was done stays, without a person (GUARDS I17; PIPL Art 47): service facts keep their keys.
    """
    user.phone_index = user.email_index = None
    user.phone = user.email = user.name = None
    user.is_active, user.erased_at = False, now
    user.set_unusable_password()
    user.save()
    cut_off(user=user)
    Token.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=now)
    volunteer = getattr(user, "volunteer", None)
    if volunteer:
        volunteer.name, volunteer.is_verified = "—", False
        volunteer.lat = volunteer.lng = volunteer.birth_band = None
        volunteer.save()
        volunteer.windows.all().delete()
        volunteer.exceptions.all().delete()
    user.verifications.update(id_index="")
    user.key.destroy(now=now)
    record(events.PERSON_ERASED, subject=user, by=by, at=now)
    return user
