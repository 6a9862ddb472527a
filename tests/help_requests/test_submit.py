"""A request is sent: whole, with the consents it needs, and answered within one working day."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import actions as people
from accounts.states import Purpose
from help_requests import actions
from help_requests.models import HelpRequest, ServiceType
from tests.factories import accounts, help_requests
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


def submit(request, **given):
    values = {"by": request.asked_by, "now": NOON, **given}
    return actions.submit_request(request=request, **values)


def test_the_street_has_one_working_day():
    request, before = help_requests.draft(), last_event()

    submit(request)

    kept = HelpRequest.objects.get()
    assert (kept.state, kept.submitted_at) == ("SUBMITTED", NOON)
    assert kept.answer_due_at == datetime(2026, 3, 5, 9, tzinfo=UTC)  # Thursday, five o'clock
    assert names_since(before) == ["request.submitted"]


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        (datetime(2026, 3, 6, 4, tzinfo=UTC), datetime(2026, 3, 9, 9, tzinfo=UTC)),  # over Sunday
        (datetime(2026, 3, 5, 15, 59, tzinfo=UTC), datetime(2026, 3, 6, 9, tzinfo=UTC)),
        (datetime(2026, 3, 5, 16, tzinfo=UTC), datetime(2026, 3, 9, 9, tzinfo=UTC)),  # midnight
    ],
)
def test_working_days_are_those_of_shanghai(sent, due):
    request = help_requests.draft(starts_at=VISIT_AT + timedelta(days=10))

    assert submit(request, now=sent).answer_due_at == due


@pytest.mark.parametrize(
    ("places", "two", "expected"), [(1, False, 1), (1, True, 2), (3, True, 3), (3, False, 3)]
)
def test_where_two_must_go_two_are_looked_for(places, two, expected):
    kind = help_requests.service_type("D6", two_volunteers=two)

    assert submit(help_requests.draft(service_type=kind, places=places)).places == expected


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"service_type": None}, "what_missing", "service_type"),
        ({"starts_at": None}, "when_missing", "starts_at"),
        ({"place": "OTHER"}, "where_missing", "address"),
        ({"place": "REMOTE"}, "not_from_afar", "place"),
    ],
)
def test_a_request_with_a_gap_is_not_sent(given, code, field):
    request = help_requests.draft()
    actions.change_draft(request=request, by=request.asked_by, now=NOON, **given)

    with refused(code) as caught:
        submit(request)

    assert caught.value.field == field
    assert HelpRequest.objects.get().state == "DRAFT"


def test_what_begins_too_soon_is_not_sent_unless_a_human_took_it_down():
    late = VISIT_AT - timedelta(minutes=90)
    request = help_requests.draft()
    with refused("too_soon") as caught:
        actions.submit_request(request=request, by=request.asked_by, now=late)
    assert "12385" in caught.value.message

    taken = help_requests.draft(
        by=accounts.officer(), channel="HOTLINE", wish="想去复诊", wish_source="OWN_WORDS"
    )
    actions.submit_request(request=taken, by=taken.asked_by, now=late)
    assert taken.state == "SUBMITTED"


def test_a_draft_without_a_length_is_not_sent():
    resident = accounts.resident()
    request = actions.draft_request(
        resident=resident, by=resident.user, now=NOON, starts_at=VISIT_AT
    )
    actions.change_draft(
        request=request, by=resident.user, now=NOON, service_type=help_requests.service_type()
    )
    HelpRequest.objects.update(minutes=None)

    with refused("when_missing"):
        submit(request)


def test_a_time_that_passed_while_it_was_a_draft_is_not_sent():
    request = help_requests.draft()

    with refused("in_the_past"):
        submit(request, now=VISIT_AT)


def test_a_kind_that_is_no_longer_offered_is_not_sent():
    request = help_requests.draft()
    ServiceType.objects.update(is_active=False)

    with refused("not_offered"):
        submit(request)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ([], ["DISABILITY", "SHARING"]),
        (["SHARING", "HEALTH"], ["DISABILITY"]),
        (["DISABILITY", "MATCHING"], ["SHARING"]),
    ],
)
def test_a_missing_consent_is_named(given, missing):
    resident = accounts.resident(consents=False)
    for purpose in given:
        people.give_consent(
            subject=resident, purpose=purpose, text_version="1", by=resident.user, now=NOON
        )
    request = help_requests.draft(resident)

    with refused("consent_missing") as caught:
        submit(request)

    assert caught.value.field == "consent"
    assert caught.value.context == {"purposes": missing}
    for purpose in missing:
        assert str(Purpose(purpose).label) in caught.value.message


def test_a_withdrawn_consent_counts_no_more():
    resident = accounts.resident()
    request = help_requests.draft(resident)
    consent = resident.consents.get(purpose=Purpose.SHARING)
    people.withdraw_consent(consent=consent, by=resident.user, now=NOON)

    with refused("consent_missing"):
        submit(request)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "wish_missing"),
        ({"wish": "想去复诊"}, "wish_missing"),
        ({"wish_source": "UNKNOWN"}, "wish_missing"),
        ({"wish": "不能表达，家人这样理解", "wish_source": "UNKNOWN"}, ""),
        ({"wish": "想去复诊", "wish_source": "OWN_WORDS"}, ""),
    ],
)
def test_who_asks_for_another_writes_down_that_person_s_wish(given, code):
    resident = accounts.resident()
    request = help_requests.draft(resident, by=accounts.grant(resident).proxy, **given)

    if code:
        with refused(code) as caught:
            submit(request)
        assert caught.value.field == "wish"
    else:
        assert submit(request).state == "SUBMITTED"


def test_the_resident_may_send_what_a_proxy_drafted():
    resident = accounts.resident()
    request = help_requests.draft(
        resident, by=accounts.grant(resident).proxy, wish="想去复诊", wish_source="OBSERVED"
    )

    assert submit(request, by=resident.user).state == "SUBMITTED"
