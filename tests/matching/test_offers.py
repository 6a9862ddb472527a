"""The platform asks: by hand, answers, silence."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from accounts import actions as people
from accounts.states import DeskRole
from matching import actions, jobs
from matching.models import Offer
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON
from tests.factories.regions import street
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


def test_picked_by_hand_by_the_office_of_the_place():
    need, volunteer = matching.opening(), matching.ready_volunteer()
    office = accounts.officer(region=need.region)
    before = last_event()

    made = actions.send_offer(opening=need, volunteer=volunteer, by=office, now=NOON)
    again = actions.send_offer(opening=need, volunteer=volunteer, by=office, now=NOON)

    assert (made.sent_by, again) == (office, made)
    assert (made.chance, made.explored, made.propensity) == (pytest.approx(0.2), False, None)
    assert made.features["hours"] == 2
    assert names_since(before) == ["offer.sent"]


def test_not_by_hand_by_others_nor_for_who_does_not_fit():
    need = matching.opening()
    volunteer, unverified = matching.ready_volunteer(), accounts.volunteer(verified=False).user
    away = accounts.officer(region=street("310104001"))
    office = accounts.officer(region=need.region)
    nobody = accounts.user()
    with refused("not_your_area"):
        actions.send_offer(opening=need, volunteer=volunteer, by=away, now=NOON)
    with refused("does_not_fit") as caught:
        actions.send_offer(opening=need, volunteer=unverified, by=office, now=NOON)
    assert "not_verified" in caught.value.context["reasons"]
    with refused("does_not_fit"):
        actions.send_offer(opening=need, volunteer=nobody, by=office, now=NOON)
    matching.assignment(need)
    with refused("filled"):
        actions.send_offer(opening=need, volunteer=volunteer, by=office, now=NOON)
    with refused("opening_begun"):
        actions.send_offer(opening=need, volunteer=volunteer, by=office, now=need.starts_at)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", "不符合：缺少所需的语言：上海话。"),
        ("en", "This does not fit: a language is missing: Shanghainese."),
    ],
)
def test_who_does_not_speak_the_language_is_refused_in_words(language, words):
    need = matching.opening(help_requests.visit(language="SHANGHAINESE"))
    office, volunteer = accounts.officer(region=need.region), matching.ready_volunteer()

    with override(language), refused("does_not_fit") as caught:
        actions.send_offer(opening=need, volunteer=volunteer, by=office, now=NOON)

    assert caught.value.context["reasons"] == ["language_missing"]
    assert str(caught.value.message) == words
    people.set_skills(
        volunteer=volunteer.volunteer, skills={"SHANGHAINESE": 1}, by=volunteer, now=NOON
    )
    assert actions.send_offer(opening=need, volunteer=volunteer, by=office, now=NOON).pk


def test_no_costs_nothing_but_a_reason():
    offer = matching.offer()
    with refused("reason_missing"):
        actions.decline_offer(offer=offer, reason="", by=offer.volunteer, now=NOON)
    with refused("not_your_offer"):
        actions.decline_offer(offer=offer, reason="NO_TIME", by=offer.sent_by, now=NOON)

    actions.decline_offer(offer=offer, reason="NO_TIME", by=offer.volunteer, now=NOON)

    assert (offer.state, offer.decline_reason, offer.answered_at) == ("DECLINED", "NO_TIME", NOON)
    with refused("illegal_move"):
        actions.decline_offer(offer=offer, reason="NO_TIME", by=offer.volunteer, now=NOON)


def test_more_time_once_as_long_as_the_start_allows():
    offer = matching.offer()
    ends = offer.expires_at
    with refused("not_your_offer"):
        actions.extend_offer(offer=offer, by=offer.sent_by, now=NOON)

    actions.extend_offer(offer=offer, by=offer.volunteer, now=NOON)

    assert offer.expires_at == ends + timedelta(hours=2)
    with refused("no_more_time"):
        actions.extend_offer(offer=offer, by=offer.volunteer, now=NOON)
    with refused("offer_expired"):
        actions.extend_offer(offer=offer, by=offer.volunteer, now=offer.expires_at)


def test_silence_expires_and_costs_nothing(clock):
    offer = matching.offer()
    standing = matching.offer(matching.opening(help_requests.visit()))
    Offer.objects.filter(pk=standing.pk).update(expires_at=offer.expires_at + timedelta(hours=1))
    clock.now = offer.expires_at

    jobs.expire_offers()

    assert Offer.objects.get(pk=offer.pk).state == "EXPIRED"
    assert Offer.objects.get(pk=standing.pk).state == "SENT"
    assert actions.expire_offers(now=clock.now) == 0


def test_an_answer_that_came_first_is_not_overtaken(monkeypatch):
    """The clock's list may be older than an answer: each row is looked at again under the lock."""
    offer = matching.offer()
    lock = actions.offers.lock_opening

    def answered_meanwhile(pk, *beside):
        Offer.objects.filter(pk=offer.pk).update(expires_at=offer.expires_at + timedelta(hours=2))
        return lock(pk, *beside)

    monkeypatch.setattr("matching.actions.offers.lock_opening", answered_meanwhile)
    assert actions.expire_offers(now=offer.expires_at) == 0


def test_a_posts_role_decides_who_dispatches():
    need = matching.opening()
    for role, may in ((DeskRole.STREET, True), (DeskRole.REVIEWER, False)):
        officer, volunteer = accounts.officer(role, need.region), matching.ready_volunteer()
        if may:
            actions.send_offer(opening=need, volunteer=volunteer, by=officer, now=NOON)
        else:
            with refused("not_your_area"):
                actions.send_offer(opening=need, volunteer=volunteer, by=officer, now=NOON)
