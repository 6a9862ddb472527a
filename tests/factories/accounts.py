"""People, built through actions."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.utils import timezone
from stdnum.iso7064 import mod_11_2

from accounts import actions
from accounts.gateways.realname import Answer, Outcome
from accounts.models import (
    Credential,
    Desk,
    ProxyGrant,
    ResidentProfile,
    User,
    Verification,
    VolunteerProfile,
)
from accounts.states import CredentialKind, DeskRole, ProxyKind, Purpose
from kernel import sessions
from kernel.models import Session
from kernel.workdays import local_date
from regions.models import Region
from tests.factories.regions import city, street

NOON = datetime(2026, 3, 4, 4, tzinfo=UTC)  # a Wednesday, noon in Shanghai
_numbers = count(1)
# By birthday, so that a named one stays itself.
_serials: "defaultdict[str, count[int]]" = defaultdict(count)


def user(**given: Any) -> User:
    """Return somebody with a phone number nobody else has."""
    address = f"138{next(_numbers):08d}"
    return actions.make_user(channel="PHONE", address=address, by=None, now=NOON, **given)


def id_number(*, birth: str = "19900307", serial: int | None = None, county: str = "310100") -> str:
    """Return a valid number that nobody else has; county 310100 stands on no card.

    When the serials of a birthday are used up, the next day's follow.
    """
    if serial is None:
        days, before = divmod(next(_serials[birth]), 900)
        serial = before + 1  # 901 to 904 have a meaning to the demo's source
        birth = f"{datetime.strptime(birth, '%Y%m%d') + timedelta(days=days):%Y%m%d}"  # noqa: DTZ007
    body = f"{county}{birth}{serial:03d}"
    return body + mod_11_2.calc_check_digit(body)


def volunteer(
    *, verified: bool = True, birth: str = "19900307", home: Region | None = None, **given: Any
) -> VolunteerProfile:
    """Return a volunteer of the first street, verified and of age unless told."""
    person = given.pop("user", None) or user()
    values = {"name": "王芳", "by": person, "now": NOON, **given}
    profile = actions.register_volunteer(user=person, **values)
    actions.set_area(volunteer=profile, region=home or street(), radius_m=5000, by=person, now=NOON)
    if verified:
        verify(person, name=values["name"], birth=birth)
        profile.refresh_from_db()
    return profile


def claim(person: User, **given: Any) -> Verification:
    """Return a claim on a name and number that waits for the source."""
    actions.give_consent(
        subject=person, purpose=Purpose.REAL_NAME, text_version="1", by=person, now=NOON
    )
    values = {"name": "王芳", "id_number": id_number(), "by": person, "now": NOON, **given}
    return actions.claim_identity(user=person, **values)


def verify(person: User, *, birth: str = "19900307", **given: Any) -> Verification:
    """Return a claim of ``person`` that the source has confirmed."""
    values = {"id_number": id_number(birth=birth), **given}
    answer = Answer(Outcome.MATCH, "demo", "match", "two-factor")
    return actions.answer_identity(verification=claim(person, **values), answer=answer, now=NOON)


def credential(profile: VolunteerProfile, **given: Any) -> Credential:
    """Return a paper of ``profile`` that waits to be checked."""
    values = {
        "kind": CredentialKind.LAWYER,
        "number": "A12345",
        "issuer": "上海市司法局",
        "issued_on": date(2020, 1, 1),
        "valid_until": date(2027, 1, 1),
        "by": profile.user,
        "now": NOON,
        **given,
    }
    return actions.submit_credential(volunteer=profile, **values)


def desk(role: DeskRole, region: Region | None = None, **given: Any) -> Desk:
    """Return a post of somebody new (or of ``user=``) in ``region``, the city unless told."""
    values = {"user": user(), "starts_on": date(2026, 1, 1), "by": None, "now": NOON, **given}
    return actions.grant_desk(role=role, region=region or city(), **values)


def officer(role: DeskRole = DeskRole.STREET, region: Region | None = None) -> User:
    """Return who holds a post, in the first street unless told."""
    return desk(role, region or street()).user


def resident(*, consents: bool = True, **given: Any) -> ResidentProfile:
    """Return a resident with an account, who allows what a request needs unless told, and health notes
    that are given."""
    person = given.pop("user") if "user" in given else user()
    values = {"name": "陈阿婆", "region": street(), "by": person, "now": NOON, **given}
    allowed = [Purpose.DISABILITY, Purpose.SHARING] if consents else []
    if given.get("health_notes"):
        allowed.append(Purpose.HEALTH)
    return actions.register_resident(
        user=person, consents=[(purpose, "1") for purpose in allowed], **values
    )


def grant(resident: ResidentProfile, proxy: User | None = None, **given: Any) -> ProxyGrant:
    """Return a live grant that ``resident`` (who has an account) gave to ``proxy``."""
    values = {
        "kind": ProxyKind.FAMILY,
        "evidence": "户口本",
        "valid_until": local_date(NOON) + timedelta(days=365),
        "by": resident.user,
        "now": NOON,
        **given,
    }
    return actions.submit_grant(resident=resident, proxy=proxy or user(), **values)


def signed_in(person: User, *, browser: str = "CHROME WINDOWS") -> Session:
    """Return the row of a browser in which ``person`` signs in now, with its ``ref``."""
    store = sessions.SessionStore()
    store[SESSION_KEY], store[sessions.BROWSER] = str(person.pk), browser
    store.create()
    store.save()
    row = sessions.live_sessions(person.pk, now=timezone.now()).first()
    assert row
    return row
