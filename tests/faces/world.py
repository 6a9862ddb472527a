"""Four places with a row of every kind in each, and somebody of every role in the first of them.

``own`` is the street of whoever asks; ``sibling`` another street of its district; ``parent`` the
district itself (a street of it that has no post, where a kind needs one); ``other`` lies elsewhere.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from accounts import actions as people
from accounts import queries
from accounts.models import Desk, User
from accounts.states import CredentialKind, DeskRole, Purpose
from incentives import actions as earning
from kernel import jobs
from matching import actions as matching
from matching import queries as weighed
from organizations import actions as bodies
from tests.factories import accounts, help_requests, notifications, organizations, passkeys, rights
from tests.factories import matching as matched
from tests.factories import service_records as records
from tests.factories.accounts import NOON
from tests.factories.regions import city, district, street

NOW = records.NEXT_DAY + timedelta(hours=1)
ABSENT = "a" * 22
PHONE = "13912340000"


@dataclass
class Place:
    """The rows of one place by kind, and the people who live and work there."""

    rows: dict[str, Any] = field(default_factory=dict)
    cast: dict[str, User] = field(default_factory=dict)

    @property
    def refs(self) -> dict[str, str]:
        """Return the references of the rows."""
        return {kind: str(row.ref) for kind, row in self.rows.items()}


@dataclass
class World:
    """Places by relation, and a signed-in person by role; two more for what only few may do."""

    places: dict[str, Place]
    people: dict[str, User]


def _posts() -> tuple[dict[str, Desk], dict[str, User]]:
    own, near, far = street("310101001"), district("310101"), city()
    posts = {
        "operator": accounts.desk(DeskRole.OPERATOR, own),
        "street": accounts.desk(DeskRole.STREET, own),
        "district": accounts.desk(DeskRole.DISTRICT, near),
        "city": accounts.desk(DeskRole.CITY, far),
        "reviewer": accounts.desk(DeskRole.REVIEWER, own),
        "case_handler": accounts.desk(DeskRole.CASE_HANDLER, own),
        "auditor": accounts.desk(DeskRole.AUDITOR, far),
        "city_reviewer": accounts.desk(DeskRole.REVIEWER, far),
    }
    return posts, {role: desk.user for role, desk in posts.items()}


def place(home: Any, seat: Any, *, more: "Place | None" = None, hours: int = 0) -> Place:
    """Build everything in the street ``home``; what may be seated higher up is in ``seat``.

    With ``more`` the same people get another row of each kind, ``hours`` later.
    """
    made = Place()
    later = timedelta(hours=hours)
    resident = more.rows["resident"] if more else accounts.resident(region=home, phone=PHONE)
    volunteer = more.cast["volunteer"] if more else matched.ready_volunteer(home=home)
    profile = volunteer.volunteer
    office = accounts.officer(DeskRole.CITY, city())
    if more:
        body = more.rows["organization"]
        people.lift_block(block=more.rows["block"], by=resident.user, now=NOON)
        matching.wish_no_more(wished=more.rows["wished"], by=resident.user, now=NOON)
    else:
        body = organizations.organization(region=seat, verified=False)
        body = bodies.decide_organization(
            organization=body, accept=True, reason="", by=office, now=NOON
        )
    grant = accounts.grant(resident)
    consent = people.give_consent(
        subject=resident.user,
        purpose=Purpose.values[hours],
        text_version="1",
        by=resident.user,
        now=NOON,
    )
    token, _secret = people.make_token(
        user=resident.user, name="t", scopes=["read"], days=300, by=resident.user, now=NOON
    )
    member = organizations.membership(body)

    draft = help_requests.draft(resident)
    request = help_requests.accepted(
        resident, in_charge=body, starts_at=help_requests.VISIT_AT + later
    )
    visit = request.visits.get()
    opening = matched.opening(visit)
    offer = matched.offer(opening, volunteer)
    assignment = matching.accept_offer(offer=offer, by=volunteer, now=NOON)
    record = records.approved(assignment)
    project = organizations.project(body, region=home)
    starts_at = organizations.SHIFT_AT + later
    shift = organizations.shift(
        project, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2)
    )
    bodies.submit_project(project=project, by=body.registered_by, now=NOON)
    bodies.publish_project(project=project, by=office, now=NOON)
    shift.refresh_from_db()
    application = matched.application(matched.opening(shift), volunteer)
    wished = matching.wish_again(assignment=assignment, by=resident.user, now=NOON)
    unwanted = more.rows["block"].volunteer if more else accounts.volunteer()
    block = people.add_block(
        resident=resident, volunteer=unwanted, side="RESIDENT", by=resident.user, now=NOON
    )
    proof = earning.issue_proof(
        volunteer=profile,
        starts_on=record.service_on,
        ends_on=record.service_on,
        language="en",
        by=volunteer,
        now=records.NEXT_DAY,
    )
    weighing = matching.set_weights(
        parameters={"near_km": weighed.parameters_now().near_km + 1},
        reason="更看重路程",
        by=office,
        now=NOON,
    )
    matching.learn(now=NOON)
    complaint, _code = rights.complaint_with_code(region=seat, by=resident.user)
    made.rows = {
        "resident": resident,
        "grant": grant,
        "consent": consent,
        "token": token,
        "passkey": passkeys.passkey(resident.user),
        "device": accounts.signed_in(resident.user),
        "account": resident.user,
        "volunteer": profile,
        "verification": queries.latest_verification(volunteer),
        "credential": accounts.credential(profile, kind=CredentialKind.LAWYER),
        "organization": body,
        "membership": member,
        "draft": draft,
        "request": request,
        "visit": visit,
        "opening": opening,
        "offer": offer,
        "assignment": assignment,
        "record": record,
        "project": project,
        "shift": shift,
        "application": application,
        "block": block,
        "wished": wished,
        "proof": proof,
        "weighing": weighing,
        "run": matched.run(seat),
        "complaint": complaint,
        "appeal": rights.appeal(record),
        "incident": rights.incident(region=seat, by=volunteer, assignment=assignment),
        "notice": notifications.notice(resident.user),
        "job": jobs.queue("export", "kernel.jobs.tidy", by=resident.user, now=NOON),
        "desk": accounts.desk(DeskRole.STREET if seat == home else DeskRole.REVIEWER, seat),
    }
    made.cast = {
        "resident": resident.user,
        "proxy": grant.proxy,
        "volunteer": volunteer,
        "coordinator": member.user,
        "manager": body.registered_by,
    }
    return made


def first_place() -> World:
    """Return the own place alone, with everybody who has a post."""
    own = place(street("310101001"), street("310101001"))
    return World({"own": own}, {**own.cast, **_posts()[1]})


def built() -> World:
    """Return the world; the catalogue of services is loaded."""
    world = first_place()
    world.places |= {
        "sibling": place(street("310101002"), street("310101002")),
        "parent": place(street("310101003"), district("310101")),
        "other": place(street("310115001"), district("310115")),
    }
    return world
