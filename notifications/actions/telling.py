"""Somebody is told: a notice in the inbox, and a message for each channel they want."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from accounts.models import ResidentProfile, User, VolunteerProfile
from accounts.queries import facts
from kernel import tasks
from kernel.events import check_in_transaction
from kernel.models import Event, PersonKey
from notifications import queries, rules
from notifications.events import HEARD, Audience
from notifications.gateways import live
from notifications.models import Dispatch, Notice
from notifications.queries import Told
from notifications.states import KINDS, Channel, Group


def _starts_at(facts: Mapping[str, Any]) -> datetime | None:
    return datetime.fromisoformat(facts["starts_at"]) if facts.get("starts_at") else None


def lock_readers(user_ids: set[int]) -> None:
    """Lock the people who are about to be told, in the order of their keys.

    Who waits here gets a later key for the notice and commits later: a reader's cursor misses nothing.
    """
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=user_ids).order_by("pk")
    list(rows.values_list("pk", flat=True))


@transaction.atomic
def tell(
    *,
    user: User,
    kind: str,
    facts: Mapping[str, Any],
    link: str,
    once: str,
    now: datetime,
    private: Mapping[str, Any] | None = None,
) -> Notice | None:
    """Put a notice into the person's inbox, with messages by the channels they want.

    ``private`` is for the sealed text message alone, never in ``facts``. None when they were told
    before under this ``once``.
    """
    lock_readers({user.pk})
    return _tell(
        user=user, kind=kind, facts=facts, link=link, once=once, now=now, private=private or {}
    )


def _tell(
    *,
    user: User,
    kind: str,
    facts: Mapping[str, Any],
    link: str,
    once: str,
    now: datetime,
    private: Mapping[str, Any],
) -> Notice | None:
    """Tell a locked reader."""
    if Notice.objects.filter(once=once).exists():
        return None
    notice = Notice.objects.create(
        user=user,
        kind=kind,
        group=KINDS[kind].group,
        facts=dict(facts),
        link=link,
        once=once,
        made_at=now,
    )
    _write_messages(notice, private, now=now)
    transaction.on_commit(lambda: live.hint(notice.user_id, notice.pk), robust=True)
    return notice


def _write_messages(notice: Notice, private: Mapping[str, Any], *, now: datetime) -> None:
    """Write the messages of a notice, in the person's language, for each channel they want."""
    user, kind, facts = notice.user, notice.kind, notice.facts
    addresses = queries.addresses_of(user)
    wanted = rules.wanted_channels(
        group=KINDS[kind].group, preferences=queries.preferences_of(user), addresses=addresses
    )
    if not wanted:
        return
    when = rules.send_at(
        haste=KINDS[kind].haste,
        quiet=queries.quiet_hours_of(user),
        starts_at=_starts_at(facts),
        now=now,
    )
    with override(user.language):
        for channel in wanted:
            is_text = channel == Channel.SMS
            _write(
                key=user.key,
                user=user,
                notice=notice,
                kind=kind,
                channel=channel,
                address=addresses[channel],
                words=(
                    queries.short_words(kind, {**facts, **private})
                    if is_text
                    else queries.mail_words(kind, facts, notice.link)
                ),
                send_at=when,
                now=now,
            )


@transaction.atomic
def text_resident(
    *,
    resident: ResidentProfile,
    kind: str,
    facts: Mapping[str, Any],
    once: str,
    now: datetime,
    private: Mapping[str, Any] | None = None,
) -> Dispatch | None:
    """Send a text to a resident without account, who has no inbox: what they need to know, no more.

    None when there is no phone, or when they were told before under this ``once``.
    """
    if not resident.phone or Dispatch.objects.filter(once=once).exists():
        return None
    nobody = User(language=resident.language)
    with override(resident.language):
        words = queries.short_words(kind, {**facts, **(private or {})})
    return _write(
        key=resident.key,
        kind=kind,
        once=once,
        channel=Channel.SMS,
        address=str(resident.phone),
        words=words,
        send_at=rules.send_at(
            haste=KINDS[kind].haste,
            quiet=queries.quiet_hours_of(nobody),
            starts_at=_starts_at(facts),
            now=now,
        ),
        now=now,
    )


def text_guardian(
    *, ward: VolunteerProfile, kind: str, link: str, once: str, now: datetime
) -> Dispatch | None:
    """Send a text, with the address of the page, to a guardian who has no account yet; None when they
    have one (and a notice), or were told before under this ``once``."""
    if queries.guardian_of(ward) or Dispatch.objects.filter(once=once).exists():
        return None
    return _write(
        key=ward.key,
        kind=kind,
        once=once,
        channel=Channel.SMS,
        address=facts(ward.guardian)["phone"],
        words=queries.short_words(kind, {"address": f"{settings.HUB_ORIGIN}{link}"}),
        send_at=rules.send_at(
            haste=KINDS[kind].haste, quiet=queries.quiet_hours_of(User()), starts_at=None, now=now
        ),
        now=now,
    )


def _write(
    *, key: PersonKey, channel: Channel, send_at: datetime, now: datetime, **values: Any
) -> Dispatch:
    """Write a message that is to be sent, sealed, and wake whoever sends it."""
    row = Dispatch.objects.create(key=key, channel=channel, made_at=now, send_at=send_at, **values)
    tasks.wake_on_commit("notifications.jobs.send_due")
    return row


@transaction.atomic
def write_code(*, channel: str, address: str, code: str, language: str, now: datetime) -> Dispatch:
    """Write a sign-in code that is to be sent at once; the same work for known and unknown addresses.

    It is sealed under a key of its own, which is thrown away with it after ten minutes.
    """
    facts = {"code": code}
    by = Channel.SMS if channel == "PHONE" else Channel.EMAIL
    with override(language):
        words = queries.short_words("sign_in_code", facts)
        if by == Channel.EMAIL:
            mail = queries.rendered_facts("sign_in_code", facts)
            words = f"{mail.title}\n\n{mail.text}"
    return _write(
        key=PersonKey.new(),
        kind="sign_in_code",
        channel=by,
        address=address,
        words=words,
        send_at=now,
        expires_at=now + rules.CODE_LIFE,
        now=now,
    )


def tell_of(*, event: Event, now: datetime) -> list[Notice]:
    """Tell everybody whom ``event`` concerns, in the transaction of its delivery; who did it only where
    a receipt is due.

    Asked again, nobody is told twice.
    """
    check_in_transaction()
    scene = queries.scene_of(event)
    due: list[tuple[Told, str]] = []
    for telling in HEARD[event.name]:
        if telling.while_ and scene.situation not in telling.while_:
            continue
        due += [
            (one, telling.kind)
            for one in queries.told(telling.to, scene, now=now)
            if telling.too or one.user.pk != event.by_id
        ]
        resident = scene.resident
        is_must = KINDS[telling.kind].group == Group.MUST
        if telling.to == Audience.SIDE and resident and resident.user is None and is_must:
            once = f"{event.pk}:{telling.kind}:r{resident.pk}"
            text_resident(
                resident=resident, kind=telling.kind, facts=scene.facts, once=once, now=now
            )
        if telling.to == Audience.GUARDIAN and scene.ward:
            once = f"{event.pk}:{telling.kind}:g{scene.ward.pk}"
            text_guardian(ward=scene.ward, kind=telling.kind, link=scene.link, once=once, now=now)
    lock_readers({one.user.pk for one, _kind in due})
    made = [
        _tell(
            user=one.user,
            kind=kind,
            facts=scene.facts,
            link=one.link,
            once=f"{event.pk}:{kind}:{one.user.pk}",
            now=now,
            private={},
        )
        for one, kind in due
    ]
    return [notice for notice in made if notice]
