"""The office answers once: yes, no with a reason, or who can help instead; either side may call off."""

from datetime import date, timedelta

import pytest

from accounts.states import DeskRole
from help_requests import actions
from help_requests.models import HelpRequest, Visit
from help_requests.states import CancelReason, RequestState
from organizations.actions import suspend_organization
from tests.factories import accounts, help_requests, organizations, regions
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


def accept(request, by=None, **given):
    values = {"by": by or accounts.officer(region=request.region), "now": NOON, **given}
    return actions.accept_request(request=request, **values)


def refuse(request, by, **given):
    values = {"reason": "TOO_DANGEROUS", "words": "两位志愿者也不够安全", "now": NOON, **given}
    return actions.refuse_request(request=request, by=by, **values)


def test_accepting_plans_the_visit():
    request = help_requests.submitted(places=2)
    office, before = accounts.officer(), last_event()

    accept(request, office, words="周五有人来")

    kept = HelpRequest.objects.get()
    assert (kept.state, kept.answered_by, kept.answered_at) == ("ACCEPTED", office, NOON)
    assert (kept.answer, kept.in_charge, kept.only_own_volunteers) == ("周五有人来", None, False)
    visit = Visit.objects.get()
    assert (visit.starts_at, visit.ends_at) == (VISIT_AT, VISIT_AT + timedelta(hours=2))
    assert (visit.region, visit.places, visit.state) == (request.region, 2, "PLANNED")
    assert str(visit) == f"{request.pk} 2026-03-06 04:00"
    assert names_since(before) == ["request.accepted", "visit.planned"]


@pytest.mark.parametrize("role", [DeskRole.STREET, DeskRole.DISTRICT, DeskRole.CITY])
def test_the_offices_of_the_area_answer(role):
    place = {"STREET": regions.street(), "DISTRICT": regions.district(), "CITY": regions.city()}
    request = help_requests.submitted()

    assert accept(request, accounts.officer(role, place[role])).state == "ACCEPTED"


@pytest.mark.parametrize(
    "who", ["resident", "proxy", "other_street", "other_district", "operator", "reviewer"]
)
@pytest.mark.parametrize("deed", ["accept", "refuse", "refer", "close"])
def test_nobody_else_answers(who, deed):
    resident = accounts.resident()
    request = help_requests.submitted(resident)
    by = {
        "resident": lambda: resident.user,
        "proxy": lambda: accounts.grant(resident).proxy,
        "other_street": lambda: accounts.officer(region=regions.street("310101002")),
        "other_district": lambda: accounts.officer(DeskRole.DISTRICT, regions.district("310104")),
        "operator": lambda: accounts.officer(DeskRole.OPERATOR, regions.city()),
        "reviewer": lambda: accounts.officer(DeskRole.REVIEWER, regions.city()),
    }[who]()

    with refused("not_your_area"):
        {
            "accept": lambda: accept(request, by),
            "refuse": lambda: refuse(request, by),
            "refer": lambda: actions.refer_request(
                request=request, words="请找区残联", by=by, now=NOON
            ),
            "close": lambda: actions.close_request(
                request=request, reason="SERVED", by=by, now=NOON
            ),
        }[deed]()

    assert HelpRequest.objects.get().state == "SUBMITTED"


@pytest.mark.parametrize("deed", ["accept", "refuse", "refer"])
def test_nobody_answers_their_own_request(deed):
    office = accounts.officer()
    request = help_requests.submitted(accounts.resident(user=office))

    with refused("your_own"):
        {
            "accept": lambda: accept(request, office),
            "refuse": lambda: refuse(request, office),
            "refer": lambda: actions.refer_request(
                request=request, words="请找区残联", by=office, now=NOON
            ),
        }[deed]()


def test_a_verified_organization_takes_charge():
    body, request = organizations.organization(), help_requests.submitted()

    accept(request, in_charge=body, only_own_volunteers=True)

    assert (request.in_charge, request.only_own_volunteers) == (body, True)


@pytest.mark.parametrize("state", ["new", "suspended"])
def test_an_organization_that_is_not_verified_does_not(state):
    body = organizations.organization(verified=state == "suspended")
    request, office = help_requests.submitted(), accounts.officer()
    if state == "suspended":
        district = accounts.officer(DeskRole.DISTRICT, regions.district())
        suspend_organization(organization=body, reason="年检未过", by=district, now=NOON)

    with refused("not_verified"):
        accept(request, office, in_charge=body)


def test_own_volunteers_are_those_of_an_organization():
    request, office = help_requests.submitted(), accounts.officer()

    with refused("no_organization") as caught:
        accept(request, office, only_own_volunteers=True)

    assert caught.value.field == "in_charge"


def test_what_is_over_is_not_accepted():
    request, office = help_requests.submitted(), accounts.officer()
    weekly = help_requests.submitted(is_weekly=True, repeats_until=date(2026, 3, 13))
    end = VISIT_AT + timedelta(days=7)

    with refused("start_is_over"):
        accept(request, office, now=VISIT_AT)
    with refused("start_is_over"):
        accept(weekly, office, now=end)
    accept(weekly, office, now=VISIT_AT)

    assert [visit.starts_at for visit in weekly.visits.all()] == [end]


def test_a_draft_is_not_answered():
    resident, office = accounts.resident(), accounts.officer()
    request = actions.draft_request(resident=resident, by=resident.user, now=NOON)

    with refused("illegal_move"):
        accept(request, office)
    with refused("illegal_move"):
        refuse(request, office)


@pytest.mark.parametrize("words", ["好", "x" * 501, "a\x00b"])
def test_words_that_cannot_be_read_stop_an_answer(words):
    request, office = help_requests.submitted(), accounts.officer()
    code = "bad_characters" if "\x00" in words else "words_missing"

    with refused(code):
        accept(request, office, words=words)
    with refused(code):
        refuse(request, office, words=words)
    with refused(code):
        actions.refer_request(request=request, words=words, by=office, now=NOON)

    assert not Visit.objects.exists()


def test_a_refusal_says_why():
    request, office = help_requests.submitted(), accounts.officer()

    with refused("reason_missing") as caught:
        refuse(request, office, reason="BECAUSE")
    assert caught.value.field == "reason"
    with refused("words_missing"):
        refuse(request, office, words=" ")

    refuse(request, office)
    kept = HelpRequest.objects.get()
    assert (kept.state, kept.reason, kept.answer) == (
        "REFUSED",
        "TOO_DANGEROUS",
        "两位志愿者也不够安全",
    )
    assert (kept.answered_by, kept.ended_at) == (office, NOON)


def test_a_referral_says_to_whom_and_is_closed_or_called_off_later():
    first, second = help_requests.submitted(), help_requests.submitted()
    office = accounts.officer()
    for request in (first, second):
        actions.refer_request(request=request, words="请找区残联 12385", by=office, now=NOON)
    assert (first.state, first.answer) == ("REFERRED", "请找区残联 12385")

    actions.close_request(
        request=first, reason="REFERRAL_DONE", words="他们已联系您", by=office, now=NOON
    )
    assert HelpRequest.objects.get(pk=first.pk).answer == "请找区残联 12385\n他们已联系您"
    actions.cancel_request(request=second, reason="SOLVED", by=second.asked_by, now=NOON)

    assert (first.state, first.reason, second.state) == ("CLOSED", "REFERRAL_DONE", "CANCELLED")


def test_two_officers_answer_once():
    request = help_requests.submitted()
    stale, office = HelpRequest.objects.get(), accounts.officer()
    accept(request, office)

    with refused("state_changed"):
        refuse(stale, office)

    assert Visit.objects.count() == 1


# --- calling off and closing -------------------------------------------------------------------


@pytest.mark.parametrize("who", ["resident", "proxy", "operator_who_asked", "office"])
@pytest.mark.parametrize("state", ["DRAFT", "SUBMITTED", "ACCEPTED"])
def test_either_side_calls_off_what_has_not_ended(state, who):
    resident = accounts.resident()
    asker = None
    if who == "operator_who_asked":
        asker = accounts.officer(DeskRole.OPERATOR, regions.city())
    given = {"by": asker or resident.user, "wish": "想去复诊", "wish_source": "OWN_WORDS"}
    make = {"DRAFT": "draft", "SUBMITTED": "submitted", "ACCEPTED": "accepted"}[state]
    request = getattr(help_requests, make)(resident, **given)
    by = {
        "resident": lambda: resident.user,
        "proxy": lambda: accounts.grant(resident).proxy,
        "operator_who_asked": lambda: asker,
        "office": accounts.officer,
    }[who]()
    before = last_event()

    actions.cancel_request(request=request, reason="ILL", by=by, now=NOON)

    assert (request.state, request.reason, request.ended_at) == ("CANCELLED", "ILL", NOON)
    assert {visit.state for visit in request.visits.all()} <= {"CANCELLED"}
    called_off = ["visit.cancelled"] if state == "ACCEPTED" else []
    assert names_since(before) == ["request.cancelled", *called_off]


def test_a_stranger_calls_nothing_off_and_a_reason_stands_in_the_list():
    request, stranger = help_requests.accepted(), accounts.user()
    other_operator = accounts.officer(DeskRole.OPERATOR, regions.city())

    for by in (stranger, other_operator):
        with refused("not_your_request"):
            actions.cancel_request(request=request, reason="ILL", by=by, now=NOON)
    with refused("reason_missing"):
        actions.cancel_request(request=request, reason="", by=request.asked_by, now=NOON)


@pytest.mark.parametrize("state", ["REFUSED", "CLOSED", "CANCELLED"])
def test_what_has_ended_stays(state):
    request, office = help_requests.submitted(), accounts.officer()
    if state == "REFUSED":
        refuse(request, office)
    elif state == "CANCELLED":
        actions.cancel_request(request=request, reason="ILL", by=office, now=NOON)
    else:
        actions.refer_request(request=request, words="请找区残联", by=office, now=NOON)
        actions.close_request(request=request, reason="REFERRAL_DONE", by=None, now=NOON)

    with refused("illegal_move"):
        actions.cancel_request(request=request, reason="ILL", by=office, now=NOON)
    assert RequestState(request.state) == state


def test_a_visit_under_way_goes_on_when_the_request_is_called_off():
    visit = help_requests.matched_visit()
    actions.mark_visit_in_service(visit=visit, by=None, now=VISIT_AT)
    request = visit.request

    actions.cancel_request(
        request=request, reason=CancelReason.ILL, by=request.asked_by, now=VISIT_AT
    )
    actions.mark_visit_completed(visit=visit, by=None, now=VISIT_AT)

    assert (Visit.objects.get().state, HelpRequest.objects.get().state) == (
        "COMPLETED",
        "CANCELLED",
    )


def test_a_request_is_closed_by_hand_when_nobody_is_to_come():
    request, office, stranger = help_requests.accepted(), accounts.officer(), accounts.user()

    with refused("not_your_area"):  # whatever is still to come
        actions.close_request(request=request, reason="SERVED", by=stranger, now=NOON)
    with refused("visits_open"):
        actions.close_request(request=request, reason="SERVED", by=office, now=NOON)
    with refused("reason_missing"):
        actions.close_request(request=request, reason="BORED", by=office, now=NOON)
