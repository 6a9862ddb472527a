"""What people allow, and whom they do not want to meet again (PIPL Art 15, 23–25, 29)."""

import pytest

from accounts import actions, queries
from accounts.models import Block, Consent
from accounts.states import BlockSide, DeskRole, Purpose
from tests.factories import accounts as make
from tests.factories.accounts import NOON
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


def give(subject, by, purpose=Purpose.MATCHING, **given):
    return actions.give_consent(
        subject=subject, purpose=purpose, text_version="1", by=by, now=NOON, **given
    )


def withdraw(consent, by):
    return actions.withdraw_consent(consent=consent, by=by, now=NOON)


def test_consent_is_one_recorded_decision():
    person = make.user()
    before = last_event()

    one, again = give(person, person), give(person, person)

    assert one == again
    assert (one.user, one.text_version, one.given_by) == (person, "1", person)
    assert str(one) == f"MATCHING {one.ref}"
    assert names_since(before) == ["consent.given"]
    assert queries.has_consent(person, Purpose.MATCHING)
    assert not queries.has_consent(person, Purpose.MATCHING, Purpose.LOCATION)
    assert queries.missing_consents(person, [Purpose.LOCATION, Purpose.MATCHING]) == ["LOCATION"]


def test_withdrawn_consent_counts_no_more_and_stays_on_record():
    person = make.user()
    consent = give(person, person)
    before = last_event()

    withdraw(consent, person)
    withdraw(consent, person)

    assert names_since(before) == ["consent.withdrawn"]
    assert not queries.has_consent(person, Purpose.MATCHING)
    again = give(person, person)
    assert list(queries.consents_of(person)) == [again, consent]


def test_consent_for_a_resident_is_given_by_who_may_ask_or_who_registered_them():
    resident = make.resident(consents=False)
    proxy = make.grant(resident).proxy
    caller = make.resident(user=None, by=make.officer(DeskRole.STREET), consents=False)
    strangers = make.user(), make.grant(resident, may_ask=False).proxy

    consent = give(resident, proxy)

    assert withdraw(consent, resident.user).withdrawn_by == resident.user
    assert give(caller, caller.registered_by).resident == caller
    for stranger in strangers:
        with refused("not_your_consent"):
            give(resident, stranger)
        with refused("not_your_consent"):
            withdraw(consent, stranger)
        with refused("not_your_consent"):
            give(resident.user, stranger)
    assert Consent.objects.count() == 2


def test_block_is_silent_and_each_side_keeps_its_own():
    resident, volunteer, stranger = make.resident(), make.volunteer(), make.user()
    pair = {"resident": resident, "volunteer": volunteer, "now": NOON}
    before = last_event()

    one = actions.add_block(side=BlockSide.RESIDENT, by=resident.user, **pair)
    again = actions.add_block(side=BlockSide.RESIDENT, by=resident.user, **pair)
    other = actions.add_block(side=BlockSide.VOLUNTEER, by=volunteer.user, **pair)

    assert one == again
    assert str(one) == one.ref
    assert names_since(before) == ["block.made", "block.made"]
    assert set(queries.blocked_volunteers(resident)) == {one, other}
    for side, by in [("RESIDENT", volunteer.user), ("VOLUNTEER", resident.user)]:
        with refused("not_your_side"):
            actions.add_block(side=BlockSide(side), by=by, **pair)
    with refused("not_your_side"):
        actions.lift_block(block=one, by=stranger, now=NOON)


def test_lifted_block_lets_them_meet_from_this_side():
    resident, volunteer = make.resident(), make.volunteer()
    block = actions.add_block(
        resident=resident,
        volunteer=volunteer,
        side=BlockSide.VOLUNTEER,
        by=volunteer.user,
        now=NOON,
    )
    before = last_event()

    actions.lift_block(block=block, by=volunteer.user, now=NOON)
    actions.lift_block(block=block, by=volunteer.user, now=NOON)

    assert names_since(before) == ["block.lifted"]
    assert not queries.blocked_volunteers(resident).exists()
    assert Block.objects.get().lifted_at == NOON
