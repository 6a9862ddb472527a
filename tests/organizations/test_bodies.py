"""An organization registers, its district decides, and it may be stopped, go on, or end."""

import pytest

from accounts.states import DeskRole
from organizations import actions
from organizations.models import Membership, Organization
from organizations.states import MemberRole
from tests.factories import accounts, organizations, regions
from tests.factories.accounts import NOON
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


def district_officer():
    return accounts.officer(DeskRole.DISTRICT, regions.district())


def test_who_registers_a_body_is_its_manager_and_waits_for_the_district():
    by, before = accounts.user(), last_event()

    body = organizations.organization(verified=False, by=by, about="一行\n两行")

    assert (body.state, body.registered_by, body.registered_at) == ("SUBMITTED", by, NOON)
    assert body.about == "一行\n两行"
    post = Membership.objects.get()
    assert (post.user, post.role, post.confirmed_at) == (by, "MANAGER", NOON)
    assert names_since(before)[-2:] == ["organization.registered", "membership.added"]


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"name": "社"}, "bad_text", "name"),
        ({"name": "x" * 81}, "bad_text", "name"),
        ({"name": "a\u202eb"}, "bad_characters", "name"),
        ({"address": ""}, "bad_text", "address"),
        ({"address": "x" * 201}, "bad_text", "address"),
        ({"contact": "x" * 81}, "bad_text", "contact"),
        ({"about": "x" * 2001}, "bad_text", "about"),
        ({"kind": "CLUB"}, "not_in_list", "kind"),
        ({"credit_code": "5131"}, "bad_credit_code", "credit_code"),
    ],
)
def test_what_cannot_be_a_body_is_refused_at_its_field(given, code, field):
    by = accounts.user()
    regions.district()

    with refused(code) as caught:
        organizations.organization(verified=False, by=by, **given)

    assert caught.value.field == field
    assert not Organization.objects.exists()


def test_a_body_sits_in_a_district_or_a_street():
    by = accounts.user()

    with refused("not_a_district"):
        organizations.organization(verified=False, by=by, region=regions.city())


def test_a_credit_code_is_registered_once():
    code = organizations.organization().credit_code
    by = accounts.user()

    with refused("already_registered") as caught:
        organizations.organization(verified=False, by=by, credit_code=code.lower())

    assert caught.value.field == "credit_code"


@pytest.mark.parametrize(
    ("accept", "reason", "state"), [(True, "ignored", "VERIFIED"), (False, "证书过期", "REFUSED")]
)
def test_the_district_decides(accept, reason, state):
    body, office = organizations.organization(verified=False), district_officer()
    before = last_event()

    actions.decide_organization(
        organization=body, accept=accept, reason=reason, by=office, now=NOON
    )

    body.refresh_from_db()
    assert (body.state, body.decided_by, body.decided_at) == (state, office, NOON)
    assert body.reason == ("" if accept else reason)
    assert names_since(before) == ["organization.decided"]


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("manager", "your_own"),
        ("member_of_the_office", "your_own"),
        ("stranger", "not_your_area"),
        ("street", "not_your_area"),
        ("other_district", "not_your_area"),
        ("reviewer", "not_your_area"),
    ],
)
def test_nobody_decides_about_their_own_body_or_outside_their_area(who, code):
    body, office = organizations.organization(verified=False), district_officer()
    if who == "member_of_the_office":
        organizations.membership(body, MemberRole.VOLUNTEER, person=office)
    by = {
        "manager": lambda: body.registered_by,
        "member_of_the_office": lambda: office,
        "stranger": accounts.user,
        "street": accounts.officer,
        "other_district": lambda: accounts.officer(DeskRole.DISTRICT, regions.district("310104")),
        "reviewer": lambda: accounts.officer(DeskRole.REVIEWER, regions.district()),
    }[who]()

    with refused(code):
        actions.decide_organization(organization=body, accept=True, reason="", by=by, now=NOON)

    body.refresh_from_db()
    assert body.state == "SUBMITTED"


@pytest.mark.parametrize("reason", ["", " ", "x" * 201])
def test_a_refusal_has_a_reason(reason):
    body, office = organizations.organization(verified=False), district_officer()

    with refused("reason_missing") as caught:
        actions.decide_organization(
            organization=body, accept=False, reason=reason, by=office, now=NOON
        )

    assert caught.value.field == "reason"


def test_a_stale_copy_decides_nothing():
    body, office = organizations.organization(verified=False), district_officer()
    stale = Organization.objects.get()
    actions.decide_organization(organization=body, accept=True, reason="", by=office, now=NOON)

    with refused("state_changed"):
        actions.decide_organization(
            organization=stale, accept=False, reason="证书过期", by=office, now=NOON
        )


def says(**given):
    return {
        "name": "浦江助残服务社",
        "region": regions.district(),
        "address": "人民路2号",
        "contact": "021-12385",
        **given,
    }


def test_a_refused_body_corrects_what_it_said_and_asks_again():
    body, office = organizations.organization(verified=False), district_officer()
    actions.decide_organization(
        organization=body, accept=False, reason="地址不对", by=office, now=NOON
    )

    actions.ask_again(organization=body, by=body.registered_by, now=NOON, **says())

    body.refresh_from_db()
    assert (body.state, body.address) == ("SUBMITTED", "人民路2号")


def test_only_a_manager_asks_again_and_only_after_a_refusal():
    body = organizations.organization()
    coordinator = organizations.membership(body).user

    with refused("not_your_organization"):
        actions.ask_again(organization=body, by=coordinator, now=NOON, **says())
    with refused("illegal_move"):
        actions.ask_again(organization=body, by=body.registered_by, now=NOON, **says())


def test_a_suspended_body_goes_on_when_the_office_says_so():
    body, office = organizations.organization(), district_officer()

    actions.suspend_organization(organization=body, reason="年检未过", by=office, now=NOON)

    body.refresh_from_db()
    assert (body.state, body.reason) == ("SUSPENDED", "年检未过")
    actions.decide_organization(organization=body, accept=True, reason="", by=office, now=NOON)
    assert body.state == "VERIFIED"


def test_suspending_has_the_same_refusals():
    body, office = organizations.organization(), district_officer()

    with refused("your_own"):
        actions.suspend_organization(
            organization=body, reason="年检未过", by=body.registered_by, now=NOON
        )
    with refused("reason_missing"):
        actions.suspend_organization(organization=body, reason="", by=office, now=NOON)


def test_a_manager_ends_a_body_whose_projects_are_closed():
    project = organizations.published_project()
    body = project.organization
    manager = body.registered_by
    stranger = accounts.user()

    with refused("projects_open"):
        actions.close_organization(organization=body, by=manager, now=NOON)
    with refused("not_your_organization"):
        actions.close_organization(organization=body, by=stranger, now=NOON)

    actions.close_project(project=project, by=manager, now=NOON)
    actions.close_organization(organization=body, by=manager, now=NOON)
    assert Organization.objects.get().state == "CLOSED"
