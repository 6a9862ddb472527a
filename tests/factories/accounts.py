"""People, built through actions."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from accounts import actions
from accounts.models import Desk, ProxyGrant, ResidentProfile, User
from accounts.states import DeskRole, ProxyKind, Purpose
from kernel.workdays import local_date
from regions.models import Region
from tests.factories.regions import city, street

NOON = datetime(2026, 3, 4, 4, tzinfo=UTC)  # a Wednesday, noon in Shanghai
_numbers = count(1)


def user(**given: Any) -> User:
    """Return somebody with a phone number nobody else has."""
    address = f"138{next(_numbers):08d}"
    return actions.make_user(channel="PHONE", address=address, by=None, now=NOON, **given)


def desk(role: DeskRole, region: Region | None = None, **given: Any) -> Desk:
    """Return a post of somebody new (or of ``user=``) in ``region``, the city unless told."""
    values = {"user": user(), "starts_on": date(2026, 1, 1), "by": None, "now": NOON, **given}
    return actions.grant_desk(role=role, region=region or city(), **values)


def officer(role: DeskRole = DeskRole.STREET, region: Region | None = None) -> User:
    """Return who holds a post, in the first street unless told."""
    return desk(role, region or street()).user


def resident(*, consents: bool = True, **given: Any) -> ResidentProfile:
    """Return a resident with an account, who allows what a request needs unless told."""
    person = given.pop("user") if "user" in given else user()
    values = {"name": "陈阿婆", "region": street(), "by": person, "now": NOON, **given}
    profile = actions.register_resident(user=person, **values)
    if consents:
        for purpose in (Purpose.DISABILITY, Purpose.SHARING):
            actions.give_consent(
                subject=profile,
                purpose=purpose,
                text_version="1",
                by=profile.registered_by,
                now=NOON,
            )
    return profile


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
