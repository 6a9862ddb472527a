"""Residents: what is known of them, all of it sealed, and who looked."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypedDict, Unpack, cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from pypinyin import lazy_pinyin

from accounts import events, queries, rules
from accounts.actions.consents import decide_consent, give_consent
from accounts.models import ResidentProfile, Reveal, User
from accounts.roles import Permission
from accounts.states import Need, Purpose, RevealReason
from kernel import vault
from kernel.events import record
from kernel.models import PersonKey
from kernel.references import new_number
from kernel.refusals import Invalid
from kernel.text import digits
from kernel.workdays import day_bounds, local_date
from regions.models import Region
from regions.places import check_point, snap
from regions.states import Level

REVEALABLE = (
    "name",
    "phone",
    "birth_on",
    "address",
    "disability",
    "certificate",
    "practical",
    "health_notes",
    "guardian",
    "emergency_contact",
)


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


def _write_home(
    resident: ResidentProfile, region: Region, lat: float | None, lng: float | None
) -> None:
    """The precise point is sealed; matching uses the snapped one. Without one the street's stands in."""
    if region.level != Level.STREET:
        raise Invalid("not_a_street", _("Choose a street or town."), field="region")
    point = (region.lat, region.lng) if lat is None or lng is None else (lat, lng)
    check_point(*point, field="region")
    resident.region, resident.point = region, f"{point[0]},{point[1]}"
    resident.lat, resident.lng = snap(*point)


def _write_needs(resident: ResidentProfile, needs: list[str]) -> None:
    if not set(needs) <= set(Need.values):
        raise Invalid("unknown_need", _("Choose from the list."), field="needs")
    resident.needs = _json(sorted(set(needs)))


def _write_certificate(resident: ResidentProfile, certificate: str, *, now: datetime) -> None:
    """The number says the birth date too. Changed, it has to be looked at again."""
    number = rules.check_certificate(certificate, today=local_date(now)) if certificate else None
    if resident.certificate == number:
        return
    resident.certificate = number
    resident.certificate_index = vault.blind("certificate", number) if number else None
    resident.certificate_verified_on = None
    if number and not resident.birth_on:
        birth_on = rules.check_id_number(number[:18], today=local_date(now)).birth_on
        resident.birth_on = birth_on.isoformat()


def _save(resident: ResidentProfile) -> None:
    """Write the row. A certificate number that another resident gave is kept without its index: the
    form tells nobody, and the city's identity desk sees the pair (``certificates_claimed_twice``)."""
    try:
        with transaction.atomic():
            resident.save()
    except IntegrityError:
        resident.certificate_index = None
        resident.save()


class Details(TypedDict, total=False):
    """What can be said of a resident, each part for itself."""

    phone: str
    birth_on: date
    sex: str
    address: str
    disability: tuple[str, str, list[str]]  # category, level, parts
    certificate: str
    needs: list[str]
    practical: str
    health_notes: str
    guardian: dict[str, str]  # name, phone; empty = none
    emergency_contact: dict[str, str]
    no_voice: bool


# Free texts and the characters they may have; the address is one line.
TEXTS = {"address": 200, "practical": 500, "health_notes": 1000}


def _write_words(resident: ResidentProfile, given: Details) -> None:
    for field, most in TEXTS.items():
        if field in given:
            text = rules.check_text(
                str(given[field]),  # type: ignore[literal-required]
                field=field,
                most=most,
                lines=field != "address",
            )
            setattr(resident, field, text)
    for field in ("guardian", "emergency_contact"):
        if field in given:
            contact = given[field]  # type: ignore[literal-required]
            checked = rules.check_contact(contact, field=field) if contact else None
            setattr(resident, field, _json(checked))


def _write_details(resident: ResidentProfile, given: Details, *, now: datetime) -> None:
    _write_words(resident, given)
    if "phone" in given:
        _write_phone(resident, given["phone"])
    if "birth_on" in given:
        resident.birth_on = rules.check_birth(given["birth_on"], today=local_date(now))
    if "sex" in given:
        resident.sex = rules.check_sex(given["sex"])
    if "disability" in given:
        resident.disability = _json(rules.check_disability(*given["disability"]))
    if "needs" in given:
        _write_needs(resident, given["needs"])
    if "certificate" in given:
        _write_certificate(resident, given["certificate"], now=now)
    resident.no_voice = given.get("no_voice", resident.no_voice)


def _given(**details: Any) -> Details:
    return cast("Details", {field: value for field, value in details.items() if value is not None})


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
    guardian: dict[str, str] | None = None,
    emergency_contact: dict[str, str] | None = None,
    no_voice: bool = False,
    consents: Sequence[tuple[Purpose, str]] = (),
) -> ResidentProfile:
    """Register a resident, with or without an account of their own; all that says who it is is sealed.

    ``disability`` is (category, level, parts); ``consents`` are (purpose, text version), given at once:
    health notes need theirs among them. Without a point the street's stands in. For an account its
    owner may, or the office of the place; without one anybody may (a guardian, say), since only a
    grant that the street decides lets them act. Raises ``Invalid`` at the field that is wrong
    (``consent_missing`` at the notes), ``NotAllowed`` (``not_your_resident``), ``Conflict``
    (``already_registered``) for a second profile of the same account.
    """
    office = queries.may(
        by, Permission.ANSWER_REQUESTS, Permission.TAKE_CALLS, region=region, now=now
    )
    rules.check_register_resident(
        user=user,
        has_profile=user is not None and ResidentProfile.objects.filter(user=user).exists(),
        office=office,
        by=by,
    )
    allowed = {purpose for purpose, _version in consents}
    rules.check_health_notes(notes=health_notes, consented=Purpose.HEALTH in allowed)
    resident = ResidentProfile(
        number=new_number(ResidentProfile, "Z"),
        key=user.key if user else PersonKey.new(),
        user=user,
        registered_by=by,
        registered_at=now,
    )
    _write_name(resident, name)
    _write_home(resident, region, lat, lng)
    given = _given(
        phone=phone,
        birth_on=birth_on,
        sex=sex,
        address=address,
        disability=disability,
        certificate=certificate,
        needs=needs,
        practical=practical,
        health_notes=health_notes,
        guardian=guardian,
        emergency_contact=emergency_contact,
        no_voice=no_voice,
    )
    _write_details(resident, given, now=now)
    _save(resident)
    record(events.RESIDENT_REGISTERED, subject=resident, by=by, at=now)
    for purpose, version in consents:
        assert by is not None
        give_consent(subject=resident, purpose=purpose, text_version=version, by=by, now=now)
    return resident


def _check_writes(resident: ResidentProfile, given: Details, *, by: User, now: datetime) -> None:
    """Who may ask for the resident writes, or the office; health notes only who may see them."""
    deeds = ["ask", "see_health"] if given.get("health_notes") is not None else ["ask"]
    office = queries.may(
        by, Permission.ANSWER_REQUESTS, Permission.TAKE_CALLS, region=resident.region, now=now
    )
    may = office or all(queries.acting(by, resident, deed=deed, now=now) for deed in deeds)
    rules.check_writes_resident(may_write=may)


@transaction.atomic
def change_resident(
    *,
    resident: ResidentProfile,
    by: User,
    now: datetime,
    name: str | None = None,
    region: Region | None = None,
    lat: float | None = None,
    lng: float | None = None,
    **details: Unpack[Details],
) -> ResidentProfile:
    """Change what is given of a resident's details; the event names the fields, not what they hold.

    Raises ``Invalid`` at the field that is wrong (``consent_missing`` at health notes that nobody
    allowed) or ``NotAllowed`` (``not_your_resident``, also for a proxy who may not see these notes).
    """
    _check_writes(resident, details, by=by, now=now)
    if notes := details.get("health_notes"):
        rules.check_health_notes(
            notes=notes, consented=queries.has_consent(resident, Purpose.HEALTH)
        )
    if name is not None:
        _write_name(resident, name)
    if region is not None or lat is not None:
        _write_home(resident, region or resident.region, lat, lng)
    given = _given(**details)
    _write_details(resident, given, now=now)
    _save(resident)
    fields = sorted([*given, *(["name"] if name else []), *(["region"] if region else [])])
    record(events.RESIDENT_CHANGED, subject=resident, by=by, at=now, fields=fields)
    return resident


@transaction.atomic
def write_needs(
    *,
    resident: ResidentProfile,
    health: str | None,
    by: User,
    now: datetime,
    **details: Unpack[Details],
) -> ResidentProfile:
    """Write what helpers should know, and the decision about health notes with it: ``health`` is the
    version of the text agreed to, None = not (or no longer) allowed, which empties the notes; notes
    given without it are refused.

    Raises as ``change_resident`` and ``give_consent``.
    """
    if not health:
        details.setdefault("health_notes", "")
    _check_writes(resident, details, by=by, now=now)
    decide_consent(subject=resident, purpose=Purpose.HEALTH, text_version=health, by=by, now=now)
    return change_resident(resident=resident, by=by, now=now, **details)


@transaction.atomic
def check_resident_identity(
    *, resident: ResidentProfile, by: User, now: datetime
) -> ResidentProfile:
    """Write down that the street has seen identity card and certificate.

    A certificate that two residents claim is not marked as seen, without a word about it. Raises
    ``NotAllowed`` (``not_your_street``, ``your_own``).
    """
    in_scope = queries.may(by, Permission.VERIFY_PEOPLE, region=resident.region, now=now)
    rules.check_resident_papers(resident=resident, in_scope=in_scope, by=by)
    resident.identity_checked_at = now
    if resident.certificate_index:
        resident.certificate_verified_on = local_date(now)
    resident.save(update_fields=["identity_checked_at", "certificate_verified_on"])
    record(events.RESIDENT_CHECKED, subject=resident, by=by, at=now)
    return resident


@transaction.atomic
def look_up(
    *,
    by: User,
    now: datetime,
    phone: str = "",
    name: str = "",
    number: str = "",
    call_number: str = "",
) -> list[ResidentProfile]:
    """Return up to ten residents of the viewer's area, found by whole phone, its last four digits, name,
    pinyin or number; who looked, by what and how many were found is on the ledger.

    An operator names the call. Raises ``NotAllowed`` (``not_your_resident``) or ``Invalid``
    (``nothing_to_find``, ``call_number_missing``).
    """
    answers = bool(queries.desk_paths(by, Permission.ANSWER_REQUESTS, now=now))
    calls = bool(queries.desk_paths(by, Permission.TAKE_CALLS, now=now))
    given = {"phone": digits(phone), "name": name.strip(), "number": number.strip()}
    rules.check_look_up(answers=answers, calls=calls, call_number=call_number, given=given)
    found = list(queries.find_residents(by, now=now, **given)[:10])
    by_what = sorted(key for key, value in given.items() if value)
    record(
        events.RESIDENTS_LOOKED_UP,
        subject=by,
        by=by,
        at=now,
        by_what=by_what,
        found=len(found),
        call_number=call_number.strip()[:20],
    )
    return found


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

    The hotline names the call. The setting ``HUB_REVEALS_A_DAY`` limits how many people one member of
    staff looks at in a day; the row of ``by`` is locked, so that no rival look gets past it. Raises
    ``NotAllowed`` (``not_your_resident``, ``quota``) or ``Invalid`` (``bad_field``,
    ``call_number_missing``).
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    today = Reveal.objects.filter(by=by, at__gte=day_bounds(local_date(now))[0])
    others = today.exclude(resident=resident).values("resident").distinct().count()
    rules.check_reveal(
        known=field in REVEALABLE,
        in_scope=queries.may(by, Permission.REVEAL, region=resident.region, now=now),
        by_call=reason == RevealReason.CALL,
        call_number=call_number,
        others=others,
        most=settings.HUB_REVEALS_A_DAY,
    )
    Reveal.objects.create(
        resident=resident,
        field=field,
        by=by,
        reason=reason,
        call_number=call_number.strip()[:20],
        at=now,
    )
    record(events.RESIDENT_REVEALED, subject=resident, by=by, at=now, field=field, reason=reason)
    return str(getattr(resident, field) or "")
