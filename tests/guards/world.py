"""A small world with a row in every table that has a guard, built once per process."""

from datetime import date, timedelta

from accounts import actions as people
from accounts.models import (
    Attempt,
    AvailabilityException,
    Block,
    CodeUse,
    Reveal,
    SignInCode,
    Skill,
    User,
    VolunteerProfile,
)
from accounts.roles import Scope
from accounts.states import Purpose
from incentives import actions as incentives
from incentives.models import PointAccount, StarLevel
from incentives.states import AccountKind
from kernel import seal
from kernel.models import IdempotencyKey, Job, PersonKey
from matching.actions import go_on_duty, set_weights
from matching.models import KindPause, Opening, Proposal, Wished
from notifications.actions import set_preferences, set_quiet_hours
from notifications.states import Channel, Group
from regions.models import ServicePoint
from rights import actions as rights_actions
from rights.states import Outcome
from service_records import actions as service_actions
from service_records.models import CodeStep, ServiceRecord
from tests.factories import (
    accounts,
    help_requests,
    matching,
    notifications,
    organizations,
    passkeys,
    regions,
    rights,
    service_records,
)
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT

AFTER = timedelta(days=2)


def _kernel() -> None:
    seal.seal_new(late=None)
    IdempotencyKey.objects.create(by_id=1, key="first", request_hash="0" * 64, at=NOON)
    Job.objects.create(kind="test", total=3, made_at=NOON)
    PersonKey.new()


def _people() -> None:
    ServicePoint.objects.create(
        kind="CINEMA",
        region=regions.street(),
        name="大光明",
        address="南京西路",
        lat=31.2,
        lng=121.5,
    )
    volunteer = accounts.volunteer()
    Skill.objects.create(volunteer=volunteer, code="LAW", level=1)
    AvailabilityException.objects.create(
        volunteer=volunteer, day=date(2026, 3, 5), is_free=False, starts=0, ends=60
    )
    accounts.claim(accounts.user())  # waits; the factories' volunteers are matched
    checked = accounts.credential(volunteer)
    people.decide_credential(
        credential=checked, accept=True, reason="", by=accounts.officer(), now=NOON
    )
    resident = accounts.resident(phone="13900000001")
    accounts.grant(resident)
    Block.objects.create(
        resident=resident,
        volunteer=volunteer,
        side="RESIDENT",
        made_by=volunteer.user,
        made_at=NOON,
    )
    Reveal.objects.create(
        resident=resident, field="phone", by=volunteer.user, reason="CALL", at=NOON
    )
    for address in ("a@example.org", "b@example.org"):
        people.make_user(channel="EMAIL", address=address, by=None, now=NOON)
    person = accounts.user()
    given = people.give_consent(
        subject=person, purpose=Purpose.PUBLICATION, text_version="1", by=person, now=NOON
    )
    people.withdraw_consent(consent=given, by=person, now=NOON)
    SignInCode.objects.create(
        channel="PHONE",
        address_index="0" * 64,
        code_index="0" * 64,
        sent_at=NOON,
        expires_at=NOON + AFTER,
    )
    CodeUse.objects.create(nonce="first", at=NOON)
    Attempt.objects.create(bucket="0" * 64, window=NOON, count=1)
    for name in ("手机", "电脑"):
        passkeys.passkey(person, name=name)
        people.make_token(
            user=person, name=name, scopes=[next(iter(Scope))], days=1, by=person, now=NOON
        )


def _service() -> ServiceRecord:
    """Return an approved record, evaluated, with points and a proof."""
    need = matching.opening()
    record = service_records.approved(matching.assignment(need))
    incentives.settle_record(record=record, now=service_records.NEXT_DAY)
    service_actions.evaluate(
        assignment=record.assignment,
        side="RESIDENT",
        by=service_records.resident_of(record),
        face="GOOD",
        words="很好",
        now=service_records.NEXT_DAY,
    )
    incentives.issue_proof(
        volunteer=VolunteerProfile.objects.get(user=record.volunteer),
        starts_on=date(2026, 3, 1),
        ends_on=record.service_on,
        language="zh-hans",
        by=record.volunteer,
        now=service_records.NEXT_DAY,
    )
    CodeStep.objects.create(assignment=record.assignment, step=7, at=NOON)
    StarLevel.objects.create(volunteer=record.volunteer, stars=1, reached_at=NOON)
    return record


def two_tasks(who: User) -> None:
    """Give ``who`` two tasks one after the other, and leave a third need that clashes with the first."""
    for later, takes in ((10, True), (12, True), (10, False)):
        visit = help_requests.visit(starts_at=VISIT_AT + timedelta(days=later))
        need = matching.opening(visit)
        if takes:
            matching.assignment(need, who)


def _matching() -> None:
    """Make weights, a run with two proposals, and what volunteers and residents say of willingness."""
    office = accounts.officer(role="CITY", region=regions.city())
    set_weights(parameters={"near": 0.5}, reason="桥封了", by=office, now=NOON)
    planned = matching.run(regions.street())
    need = Opening.objects.filter(visit__isnull=False, filled=1).first()
    for _each in range(2):
        who = matching.ready_volunteer()
        Proposal.objects.create(run=planned, opening=need, volunteer=who, score=0.5, chosen=True)
    go_on_duty(by=who, now=NOON)
    KindPause.objects.create(volunteer=who, category="B", until=NOON.date(), said_at=NOON)
    Wished.objects.create(
        resident=need.visit.request.resident, volunteer=who, wished_at=NOON, wished_by=office
    )


def _cases(record: ServiceRecord) -> None:
    complaint = rights.complaint(about_user=accounts.user(), wish="道歉", contact="13900000003")
    rights.complaint(by=None, contact="13900000004")
    handler = rights.handler()
    rights_actions.acknowledge(case=complaint, by=handler, now=NOON)
    rights_actions.take_in_hand(case=complaint, by=handler, now=NOON)
    rights_actions.conclude(
        case=complaint, outcome=Outcome.UPHELD, words="属实", by=handler, now=NOON
    )
    rights.appeal(record)
    rights.incident(words="摔了一下")


def build() -> None:
    """Make all rows."""
    _people()
    body = organizations.organization()
    organizations.membership(body)
    organizations.organization()
    organizations.project(body)
    asking = organizations.published_project(body, auto_accept=False)
    organizations.shift(asking)
    for shift in asking.shifts.all():
        need = matching.opening(shift)
        matching.application(need)
        matching.application(need)
    organizations.shift(organizations.project(body))  # a draft: no need stands for it
    at_once = matching.shift_opening(of=body)
    matching.application(at_once)
    matching.application(at_once)
    matching.offer()
    record = _service()
    for _each in range(2):
        service_records.proposed(matching.assignment())
    two_tasks(matching.ready_volunteer())
    _cases(record)
    _matching()
    person = accounts.user()
    notifications.notice(person)
    notifications.message()
    set_preferences(chosen={(Group.USEFUL, Channel.EMAIL): False}, by=person, now=NOON)
    for someone in (person, accounts.user()):
        set_quiet_hours(starts=1320, ends=420, by=someone, now=NOON)
        PointAccount.objects.create(kind=AccountKind.PERSON, owner=someone)
    _kernel()
