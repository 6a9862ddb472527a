"""A request is begun and written on: a draft may have gaps, never wrong values."""

from datetime import date, datetime, timedelta, timezone

import pytest

from accounts import actions as people
from accounts.states import DeskRole
from help_requests import actions, rules
from help_requests.models import HelpRequest, ServiceType
from regions.places import snap
from tests.factories import accounts, help_requests, regions
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


def test_a_draft_may_have_gaps():
    resident, before = accounts.resident(), last_event()

    request = actions.draft_request(resident=resident, by=resident.user, now=NOON)

    kept = HelpRequest.objects.get()
    assert (kept.state, kept.asked_by, kept.grant, kept.service_type) == (
        "DRAFT",
        resident.user,
        None,
        None,
    )
    assert (kept.region, kept.lat, kept.lng) == (resident.region, resident.lat, resident.lng)
    assert (kept.channel, kept.made_at, str(kept)) == ("PAGE", NOON, request.number)
    assert names_since(before) == ["request.drafted"]


def test_a_draft_takes_the_usual_length_of_its_kind():
    request = help_requests.draft(minutes=None)

    assert request.minutes == 180


def test_words_are_kept_sealed():
    help_requests.draft(wish=" 想去复诊 ", details="", wish_source="OWN_WORDS")

    kept = HelpRequest.objects.get()
    assert (kept.wish, kept.details, kept.wish_source) == ("想去复诊", None, "OWN_WORDS")


EARLY, LATE = (
    datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    timezone(timedelta(hours=-12)),
)
WRONG = [
    ({"starts_at": datetime(2026, 3, 6, 4)}, "naive_time", "starts_at"),  # noqa: DTZ001
    ({"starts_at": NOON}, "in_the_past", "starts_at"),
    ({"starts_at": EARLY}, "in_the_past", "starts_at"),
    ({"starts_at": datetime(9999, 12, 31, 23, tzinfo=LATE)}, "too_far_ahead", "starts_at"),
    ({"starts_at": NOON + timedelta(days=90, seconds=1)}, "too_far_ahead", "starts_at"),
    ({"starts_at": NOON + timedelta(minutes=119)}, "too_soon", "starts_at"),
    ({"minutes": 14}, "bad_length", "minutes"),
    ({"minutes": 721}, "bad_length", "minutes"),
    ({"minutes": 10**30}, "bad_length", "minutes"),
    ({"places": 0}, "bad_places", "places"),
    ({"places": 11}, "bad_places", "places"),
    ({"wish": "x" * 501}, "too_long", "wish"),
    ({"details": "a\u202eb"}, "bad_characters", "details"),
    ({"details": "\ud800"}, "bad_characters", "details"),
    ({"address": "x" * 201}, "too_long", "address"),
    ({"place": "MOON"}, "not_in_list", "place"),
    ({"wish_source": "GUESSED"}, "not_in_list", "wish_source"),
    ({"gender_wish": "X"}, "not_in_list", "gender_wish"),
    ({"language": "LAW"}, "not_in_list", "language"),
    ({"urgency": ""}, "not_in_list", "urgency"),
    ({"is_weekly": True}, "bad_end", "repeats_until"),
    ({"is_weekly": True, "starts_at": None}, "bad_end", "repeats_until"),
    ({"is_weekly": True, "repeats_until": date(2026, 3, 5)}, "bad_end", "repeats_until"),
    ({"is_weekly": True, "repeats_until": date(2027, 3, 8)}, "bad_end", "repeats_until"),
    ({"is_weekly": True, "repeats_until": date.max}, "bad_end", "repeats_until"),
    ({"place": "OTHER", "lat": 0.0, "lng": 0.0}, "foreign_point", "address"),
    ({"channel": "PIGEON"}, "not_in_list", "channel"),
    ({"call_number": "1\x00"}, "bad_characters", "call_number"),
]


@pytest.mark.parametrize(("given", "code", "field"), WRONG)
def test_a_wrong_value_is_refused_at_its_field(given, code, field):
    resident, kind = accounts.resident(), help_requests.service_type()

    with refused(code) as caught:
        help_requests.draft(resident, service_type=kind, **given)

    assert caught.value.field == field
    assert not HelpRequest.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {"starts_at": NOON + timedelta(days=90)},
        {"starts_at": NOON + timedelta(hours=2)},
        {"starts_at": NOON + timedelta(seconds=1), "urgency": "SOON"},
        {"minutes": 15},
        {"minutes": 720},
        {"places": 10},
        {"is_weekly": True, "repeats_until": date(2026, 3, 6)},
        {"is_weekly": True, "repeats_until": date(2027, 3, 7)},
    ],
)
def test_the_edges_are_allowed(given):
    assert help_requests.draft(**given).pk


def test_a_language_is_kept_asked_for_again_and_taken_back():
    request = help_requests.draft(language="SHANGHAINESE")
    assert HelpRequest.objects.get().language == "SHANGHAINESE"
    assert rules.asked_again(request, now=NOON)["language"] == "SHANGHAINESE"

    actions.change_draft(request=request, by=request.asked_by, now=NOON, **rules.blank())

    assert HelpRequest.objects.get().language == ""


def test_what_is_no_longer_offered_is_left_out_when_it_is_asked_again():
    request = help_requests.submitted(is_weekly=True, repeats_until=date(2026, 4, 6))
    facts = rules.asked_again(request, now=NOON)
    assert (facts["service_type"], facts["is_weekly"]) == (request.service_type, True)
    request.service_type.is_active = False
    assert "service_type" not in rules.asked_again(request, now=NOON)


def test_what_is_not_offered_or_no_street_is_refused():
    resident, kind = accounts.resident(), help_requests.service_type()
    ServiceType.objects.update(is_active=False)
    kind.refresh_from_db()

    with refused("not_offered"):
        help_requests.draft(resident, service_type=kind)
    ServiceType.objects.update(is_active=True)
    kind.refresh_from_db()
    with refused("not_a_street"):
        help_requests.draft(resident, service_type=kind, place="OTHER", region=regions.district())


def test_an_unknown_name_is_a_mistake_of_the_caller():
    resident, kind = accounts.resident(), help_requests.service_type()

    with pytest.raises(TypeError, match="colour"):
        help_requests.draft(resident, service_type=kind, colour="red")


def test_another_place_has_its_own_street_and_point():
    other = regions.street("310101002")
    request = help_requests.draft(
        place="OTHER", region=other, address="外滩1号", lat=31.2401, lng=121.4901
    )
    assert (request.region, request.lat, request.lng) == (other, *snap(31.2401, 121.4901))
    by = request.asked_by

    actions.change_draft(request=request, by=by, now=NOON, wish="慢慢走")
    assert (request.point, request.address) == ("31.2401,121.4901", "外滩1号")

    actions.change_draft(request=request, by=by, now=NOON, region=regions.street())
    assert (request.lat, request.lng) == snap(31.22, 121.47)

    actions.change_draft(request=request, by=by, now=NOON, place="REMOTE")
    assert (request.point, request.lat, request.lng) == (None, None, None)

    actions.change_draft(request=request, by=by, now=NOON, place="HOME")
    assert (request.region, request.lat) == (request.resident.region, request.resident.lat)


def test_an_old_draft_can_be_written_on_after_its_time():
    request = help_requests.draft(is_weekly=True, repeats_until=date(2026, 4, 1))
    later = VISIT_AT + timedelta(days=60)
    before = last_event()

    actions.change_draft(request=request, by=request.asked_by, now=later, wish="还是想去")

    assert HelpRequest.objects.get().wish == "还是想去"
    assert names_since(before) == ["request.changed"]


def test_two_windows_do_not_undo_each_other():
    request = help_requests.draft()
    other_window = HelpRequest.objects.get()

    actions.change_draft(request=request, by=request.asked_by, now=NOON, wish="想去复诊")
    actions.change_draft(request=other_window, by=request.asked_by, now=NOON, minutes=60)

    kept = HelpRequest.objects.get()
    assert (kept.wish, kept.minutes) == ("想去复诊", 60)


def test_what_was_sent_is_not_written_on_from_a_stale_copy():
    request = help_requests.draft()
    stale = HelpRequest.objects.get()
    actions.submit_request(request=request, by=request.asked_by, now=NOON)

    with refused("not_a_draft"):
        actions.change_draft(request=stale, by=stale.asked_by, now=NOON, minutes=60)
    with refused("not_a_draft"):
        actions.submit_request(request=HelpRequest.objects.get(), by=request.asked_by, now=NOON)

    assert HelpRequest.objects.get().minutes == 120


# --- who asks ----------------------------------------------------------------------------------


def test_a_proxy_asks_by_a_live_grant_that_the_request_names():
    resident = accounts.resident()
    grant = accounts.grant(resident)

    request = help_requests.draft(resident, by=grant.proxy)

    assert (request.grant, request.asked_by) == (grant, grant.proxy)


@pytest.mark.parametrize(
    "role", [DeskRole.OPERATOR, DeskRole.STREET, DeskRole.DISTRICT, DeskRole.CITY]
)
def test_who_takes_the_call_asks_for_a_caller_without_an_account(role):
    places = {DeskRole.STREET: regions.street(), DeskRole.DISTRICT: regions.district()}
    desk = accounts.officer(role, places.get(role, regions.city()))
    resident = accounts.resident(user=None, by=desk)

    request = help_requests.draft(
        resident, by=desk, channel="HOTLINE", call_number="０２１-12385-0001-0002-0003"
    )

    assert (request.grant, request.asked_by, request.channel) == (None, desk, "HOTLINE")
    assert request.call_number == "021-12385-0001-0002-"


@pytest.mark.parametrize(
    "who", ["stranger", "other_street", "auditor", "no_asking", "expired", "withdrawn"]
)
def test_nobody_else_begins_or_changes_a_request(who):
    request = help_requests.draft()
    resident = request.resident
    now = NOON
    if who in {"no_asking", "expired", "withdrawn"}:
        grant = accounts.grant(resident, may_ask=who != "no_asking")
        by = grant.proxy
        if who == "expired":
            now = NOON + timedelta(days=366)
        if who == "withdrawn":
            people.withdraw_grant(grant=grant, by=by, now=NOON)
    else:
        by = {
            "stranger": accounts.user,
            "other_street": lambda: accounts.officer(region=regions.street("310101002")),
            "auditor": lambda: accounts.officer(DeskRole.AUDITOR, regions.city()),
        }[who]()

    with refused("not_your_resident"):
        actions.draft_request(resident=resident, by=by, now=now)
    with refused("not_your_resident"):
        actions.change_draft(request=request, by=by, now=now, minutes=60)
    with refused("not_your_resident"):
        actions.submit_request(request=request, by=by, now=now)


def test_a_grant_that_ended_ends_what_its_proxy_may_do_with_what_they_asked():
    resident = accounts.resident()
    grant = accounts.grant(resident)
    request = help_requests.draft(resident, by=grant.proxy)

    people.withdraw_grant(grant=grant, by=resident.user, now=NOON)

    with refused("not_your_resident"):
        actions.submit_request(request=request, by=grant.proxy, now=NOON)
    with refused("not_your_request"):
        actions.cancel_request(request=request, reason="NOT_NEEDED", by=grant.proxy, now=NOON)


def test_an_operator_changes_only_drafts_of_their_own_calls():
    operators = [accounts.officer(DeskRole.OPERATOR, regions.city()) for _ in range(2)]
    request = help_requests.draft(by=operators[0])

    with refused("not_your_resident"):
        actions.change_draft(request=request, by=operators[1], now=NOON, minutes=60)
    actions.change_draft(request=request, by=operators[0], now=NOON, minutes=60)

    assert HelpRequest.objects.get().minutes == 60
