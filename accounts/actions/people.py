"""Users and posts."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from accounts import events, queries, rules
from accounts.models import Desk, User
from accounts.roles import Permission
from accounts.states import DeskRole
from kernel import sessions, vault
from kernel.events import record
from kernel.models import PersonKey
from regions.models import Region


def address_fields(channel: str, address: str) -> dict[str, str]:
    """Return the columns of a clean address and their values."""
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
        **address_fields(channel, address),
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
    """Write what is given of the person's own settings.

    Raises ``Invalid`` (``bad_name``, ``bad_language``, ``bad_display``), ``NotAllowed``
    (``not_yours``) or ``Conflict`` (``name_verified``).
    """
    rules.check_own(user=user, by=by)
    rules.check_settings(language=language, display=display)
    clean = rules.check_name(name) if name else None
    if clean:
        rules.check_renames(user=user, name=clean, is_verified=queries.is_verified(user))
    given = {
        "name": clean,
        "language": language,
        "display": display,
        "no_voice": no_voice,
    }
    changed = [field for field, value in given.items() if value is not None]
    for field in changed:
        setattr(user, field, given[field])
    if changed:
        user.save(update_fields=changed)
        record(events.USER_CHANGED, subject=user, by=by, at=now, fields=changed)
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

    Raises ``NotAllowed`` (``not_your_area``, ``your_own``) or ``Invalid`` (``wrong_level``,
    ``bad_dates``).
    """
    rules.check_desk(role=role, region=region, starts_on=starts_on, ends_on=ends_on)
    rules.check_grant_desk(
        desks=queries.granting_desks(by, now=now), region=region, user=user, by=by
    )
    desk = Desk.objects.create(
        user=user, role=role, region=region, starts_on=starts_on, ends_on=ends_on, granted_by=by
    )
    user.__dict__.pop("_desks", None)
    record(events.DESK_GRANTED, subject=desk, by=by, at=now, role=role, region=region.code)
    return desk


@transaction.atomic
def end_desk(*, desk: Desk, ends_on: date, by: User | None, now: datetime) -> Desk:
    """End a post with the day ``ends_on``; sessions and tokens of its holder end at once.

    Raises ``NotAllowed`` (``not_your_area``, ``your_own``).
    """
    own = queries.granting_desks(by, now=now)
    rules.check_grant_desk(desks=own, region=desk.region, user=desk.user, by=by)
    desk.ends_on = max(ends_on, desk.starts_on)
    desk.save(update_fields=["ends_on"])
    cut_off(user=desk.user)
    desk.user.__dict__.pop("_desks", None)
    record(events.DESK_ENDED, subject=desk, by=by, at=now)
    return desk


def _check_governs(*, user: User, by: User | None, now: datetime) -> None:
    home = queries.home_of(user)
    governs = queries.may_in_city(by, Permission.GRANT_DESKS, now=now) or (
        home is not None and queries.may(by, Permission.GRANT_DESKS, region=home, now=now)
    )
    rules.check_governs(user=user, governs=governs, by=by)


@transaction.atomic
def suspend(*, user: User, by: User | None, now: datetime) -> User:
    """Shut ``user`` out: nothing of theirs is lost, sessions and tokens end at once.

    A district may in its streets, the city everywhere. Raises ``NotAllowed`` (``not_your_area``,
    ``your_own``).
    """
    _check_governs(user=user, by=by, now=now)
    user.suspended_at = now
    user.save(update_fields=["suspended_at"])
    cut_off(user=user)
    record(events.USER_SUSPENDED, subject=user, by=by, at=now)
    return user


@transaction.atomic
def restore(*, user: User, by: User | None, now: datetime) -> User:
    """Let a suspended person in again. Raises ``NotAllowed`` as ``suspend`` does."""
    _check_governs(user=user, by=by, now=now)
    user.suspended_at = None
    user.save(update_fields=["suspended_at"])
    record(events.USER_RESTORED, subject=user, by=by, at=now)
    return user
