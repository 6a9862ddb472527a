"""Residents, who may act for them, and who looked at their data."""

import json
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from pypinyin import lazy_pinyin

from accounts import events, queries, rules
from accounts.models import ProxyGrant, ResidentProfile, Reveal, User
from accounts.roles import Permission
from accounts.states import Need, PaperState, ProxyKind, RevealReason
from kernel import vault
from kernel.events import record
from kernel.models import PersonKey
from kernel.places import check_point, snap
from kernel.references import new_number
from kernel.refusals import Conflict, Invalid, NotAllowed
from kernel.text import normalise
from kernel.transitions import move
from kernel.workdays import day_bounds, local_date
from regions.models import Region
from regions.states import Level

REVEALS_A_DAY = 30  # distinct residents one member of staff may look at
REVEALABLE = ("name", "phone", "address", "certificate", "emergency_contact", "health_notes")


def _json(value: Any) -> str | None:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else None


def _write_name(resident: ResidentProfile, name: str) -> None:
    resident.name = rules.check_name(name)
    key = queries.name_key(resident.name)
    resident.name_index = vault.blind("name", key)
    resident.pinyin_index = vault.blind("pinyin", "".join(lazy_pinyin(key)))


def _write_phone(resident: ResidentProfile, phone: str) -> None:
    resident.phone = rules.clean_phone(phone) if phone else None
    resident.phone_index = vault.blind("address", resident.phone) if resident.phone else ""
    tail = resident.phone[-4:] if resident.phone else ""
    resident.phone_tail_index = vault.blind("phone-tail", tail) if tail else ""


def _write_home(resident: ResidentProfile, region: Region, lat: float, lng: float) -> None:
    if region.level != Level.STREET:
        raise Invalid("not_a_street", _("Choose a street or town."), field="region")
    check_point(lat, lng, field="region")
    resident.region, resident.point = region, f"{lat},{lng}"
    resident.lat, resident.lng = snap(lat, lng)


def _write_needs(resident: ResidentProfile, needs: list[str]) -> None:
    if not set(needs) <= set(Need.values):
        raise Invalid("unknown_need", _("Choose from the list."), field="needs")
    resident.needs = _json(sorted(set(needs)))


def _write_certificate(resident: ResidentProfile, certificate: str, *, now: datetime) -> None:
    if not certificate:
        return
    number = rules.check_certificate(certificate, today=local_date(now))
    resident.certificate = number
    resident.certificate_index = vault.blind("certificate", number)
    resident.birth_on = (
        resident.birth_on
        or rules.check_id_number(number[:18], today=local_date(now)).birth_on.isoformat()
    )


@transaction.atomic
def register_resident(
    *,
    name: str,
    region: Region,
    by: User | None,
    now: datetime,
    user: User | None = None,
    phone: str = "",
    birth_on: date | None = None,
    sex: str = "",
    address: str = "",
    lat: float | None = None,
    lng: float | None = None,
    disability: tuple[str, str, list[str]] | None = None,
    certificate: str = "",
    needs: list[str] | None = None,
    practical: str = "",
    health_notes: str = "",
    emergency_contact: dict[str, str] | None = None,
    no_voice: bool = False,
) -> ResidentProfile:
    """Register a resident, with or without an account of their own; all that says who it is is sealed.

    ``disability`` is (category, level, parts). Without a point the street's stands in. Raises
    ``Invalid`` at the field that is wrong, ``Conflict`` (``already_registered``) for a second profile
    of the same account.
    """
    if user is not None and ResidentProfile.objects.filter(user=user).exists():
        raise Conflict("already_registered", _("Your needs are already here."))
    resident = ResidentProfile(
        number=new_number(ResidentProfile, "Z"),
        key=user.key if user else PersonKey.new(),
        user=user,
        birth_on=birth_on.isoformat() if birth_on else None,
        sex=sex,
        address=normalise(address, field="address") or None,
        practical=normalise(practical, field="practical", lines=True) or None,
        health_notes=normalise(health_notes, field="health_notes", lines=True) or None,
        emergency_contact=_json(emergency_contact),
        disability=_json(rules.check_disability(*disability)) if disability else None,
        no_voice=no_voice,
        registered_by=by,
        registered_at=now,
    )
    _write_name(resident, name)
    _write_phone(resident, phone)
    _write_home(
        resident, region, region.lat if lat is None else lat, region.lng if lng is None else lng
    )
    _write_needs(resident, needs or [])
    _write_certificate(resident, certificate, now=now)
    if (
        resident.certificate_index
        and ResidentProfile.objects.filter(certificate_index=resident.certificate_index).exists()
    ):
        # The same words as for any wrong number: nobody learns that somebody is registered.
        raise Invalid("bad_certificate", _("Check the certificate number."), field="certificate")
    resident.save()
    record(events.RESIDENT_REGISTERED, subject=resident, by=by, at=now)
    return resident


def _check_writes(*, resident: ResidentProfile, by: User, now: datetime) -> None:
    acts = queries.acting(by, resident, deed="ask", now=now)
    office = queries.may(
        by, Permission.ANSWER_REQUESTS, Permission.TAKE_CALLS, region=resident.region, now=now
    )
    if not (acts or office):
        raise NotAllowed("not_your_resident", _("You cannot change this person's data."))


@transaction.atomic
def change_resident(
    *,
    resident: ResidentProfile,
    by: User,
    now: datetime,
    name: str | None = None,
    phone: str | None = None,
    region: Region | None = None,
    lat: float | None = None,
    lng: float | None = None,
    address: str | None = None,
    needs: list[str] | None = None,
    practical: str | None = None,
    health_notes: str | None = None,
    no_voice: bool | None = None,
) -> ResidentProfile:
    """Change what is given of a resident's own details. Raises ``NotAllowed`` (``not_your_resident``)."""
    _check_writes(resident=resident, by=by, now=now)
    if name is not None:
        _write_name(resident, name)
    if phone is not None:
        _write_phone(resident, phone)
    if region is not None:
        _write_home(
            resident, region, region.lat if lat is None else lat, region.lng if lng is None else lng
        )
    if needs is not None:
        _write_needs(resident, needs)
    for field, text in {
        "address": address,
        "practical": practical,
        "health_notes": health_notes,
    }.items():
        if text is not None:
            setattr(resident, field, normalise(text, field=field, lines=True) or None)
    if no_voice is not None:
        resident.no_voice = no_voice
    resident.save()
    record(events.RESIDENT_CHANGED, subject=resident, by=by, at=now)
    return resident


@transaction.atomic
def submit_grant(
    *,
    resident: ResidentProfile,
    proxy: User,
    kind: ProxyKind,
    evidence: str,
    valid_until: date,
    by: User,
    now: datetime,
    may_ask: bool = True,
    may_confirm: bool = True,
    may_see_health: bool = False,
) -> ProxyGrant:
    """Ask that ``proxy`` may act for ``resident``; given by the resident themselves it holds at once.

    Raises ``Invalid`` (``bad_dates``) or ``Conflict`` (``grant_exists``).
    """
    today = local_date(now)
    if not today < valid_until <= today + timedelta(days=5 * 366):
        raise Invalid("bad_dates", _("Choose a day within five years."), field="valid_until")
    if ProxyGrant.objects.filter(
        resident=resident, proxy=proxy, state__in=[PaperState.SUBMITTED, PaperState.VALID]
    ).exists():
        raise Conflict("grant_exists", _("This person is on the list already."))
    grant = ProxyGrant.objects.create(
        key=resident.key,
        resident=resident,
        proxy=proxy,
        kind=kind,
        evidence=normalise(evidence, field="evidence", lines=True) or None,
        may_ask=may_ask,
        may_confirm=may_confirm,
        may_see_health=may_see_health,
        valid_until=valid_until,
        submitted_at=now,
    )
    record(events.GRANT_SUBMITTED, subject=grant, by=by, at=now, kind=kind)
    if resident.user_id == by.pk:
        move(
            grant,
            PaperState.VALID,
            event=events.GRANT_DECIDED,
            by=by,
            at=now,
            decided_by=by,
            decided_at=now,
        )
    return grant


@transaction.atomic
def decide_grant(
    *, grant: ProxyGrant, accept: bool, reason: str, by: User, now: datetime
) -> ProxyGrant:
    """Say at the street whether the evidence holds. Raises ``NotAllowed`` (``not_your_street``,
    ``your_own``), ``Invalid`` (``reason_missing``), ``Conflict`` (``illegal_move``)."""
    if grant.proxy_id == by.pk:
        raise NotAllowed("your_own", _("Somebody else has to check your papers."))
    if not queries.may(by, Permission.VERIFY_PEOPLE, region=grant.resident.region, now=now):
        raise NotAllowed("not_your_street", _("This is for the person's own street to decide."))
    words = normalise(reason, field="reason")
    if not accept and not words:
        raise Invalid("reason_missing", _("Say why."), field="reason")
    move(
        grant,
        PaperState.VALID if accept else PaperState.REFUSED,
        event=events.GRANT_DECIDED,
        by=by,
        at=now,
        decided_by=by,
        decided_at=now,
        reason=words,
    )
    return grant


@transaction.atomic
def withdraw_grant(*, grant: ProxyGrant, by: User, now: datetime) -> ProxyGrant:
    """End a grant: the resident or the proxy may, at any time (民法典 Art 35)."""
    if by.pk not in {grant.proxy_id, grant.resident.user_id}:
        raise NotAllowed("not_yours", _("This is somebody else's."))
    move(grant, PaperState.WITHDRAWN, event=events.GRANT_WITHDRAWN, by=by, at=now)
    return grant


@transaction.atomic
def reveal(
    *,
    resident: ResidentProfile,
    field: str,
    reason: RevealReason,
    by: User,
    now: datetime,
    call_number: str = "",
) -> str:
    """Return a masked value in clear, and leave who looked, at what and why, for the resident to read.

    Raises ``NotAllowed`` (``not_your_resident``, ``quota``) or ``Invalid`` (``bad_field``).
    """
    if field not in REVEALABLE:
        raise Invalid("bad_field", _("This cannot be shown."), field="field")
    if not queries.may(by, Permission.REVEAL, region=resident.region, now=now):
        raise NotAllowed("not_your_resident", _("This person is not in your area."))
    today = Reveal.objects.filter(by=by, at__gte=day_bounds(local_date(now))[0])
    others = today.exclude(resident=resident).values("resident").distinct().count()
    if others >= REVEALS_A_DAY:
        raise NotAllowed("quota", _("You have looked at too many people today."))
    Reveal.objects.create(
        resident=resident, field=field, by=by, reason=reason, call_number=call_number, at=now
    )
    record(events.RESIDENT_REVEALED, subject=resident, by=by, at=now, field=field, reason=reason)
    return str(getattr(resident, field) or "")
