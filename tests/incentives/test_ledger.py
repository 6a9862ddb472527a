"""Points: double entry, balances that are recomputed, nothing below zero (GUARDS I1, I3, I7)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from accounts.states import DeskRole
from incentives import actions, audit, queries, rules
from incentives.models import PointAccount, PointEntry, StarLevel
from incentives.states import AccountKind, EntryKind
from kernel import guards
from kernel.refusals import Refusal
from service_records import actions as service
from service_records.models import ServiceRecord
from tests.conftest import on_postgresql, sql
from tests.factories import accounts
from tests.factories import service_records as make
from tests.factories.accounts import NOON
from tests.factories.service_records import NEXT_DAY
from tests.guards.constraints import Rule, taken_away
from tests.matching.test_races import outcomes
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


def settle(row):
    actions.settle_record(record=row, now=NEXT_DAY)


def redeem(user, points, once="a", by=None):
    return actions.redeem(user=user, points=points, once=once, by=by or user, now=NEXT_DAY)


@pytest.fixture
def earned():
    """Return an approved record of 90 minutes with its six points."""
    row = make.approved()
    settle(row)
    return row


def correct(row, minutes):
    return service.correct_hours(
        record=row,
        minutes=minutes,
        words="核对了",
        approver_region=row.region,
        by=accounts.officer(DeskRole.CASE_HANDLER),
        now=NEXT_DAY,
    )


@pytest.mark.parametrize(("minutes", "points"), [(0, 0), (14, 0), (15, 1), (29, 1), (90, 6)])
def test_a_point_for_each_full_quarter_of_an_hour(minutes, points):
    assert rules.points_for(minutes) == points


@pytest.mark.parametrize(
    ("hours", "stars"), [(99.9, 0), (100, 1), (300, 2), (600, 3), (1000, 4), (1499, 4), (1500, 5)]
)
def test_stars_by_the_national_steps(hours, stars):
    assert rules.stars_for(int(hours * 60)) == stars


def test_approved_hours_earn_once(earned):
    before = last_event()
    settle(earned)
    assert queries.balance(earned.volunteer) == 6
    assert names_since(before) == []
    entry = queries.entries_for(earned.volunteer).get()
    assert (entry.amount, entry.kind, entry.record) == (6, "AWARD", earned)
    assert queries.balance(accounts.user()) == 0


def test_only_approved_verified_hours_of_a_quarter_earn():
    proposed, declared, short = make.proposed(), make.proposed(), make.unconfirmed()
    settle(proposed)
    ServiceRecord.objects.filter(pk=declared.pk).update(evidence="DECLARED")
    declared.refresh_from_db()
    service.confirm_record(record=short, by=make.resident_of(short), now=NEXT_DAY, minutes=14)
    for row in (declared, declared, short):
        by = accounts.officer(DeskRole.REVIEWER)
        service.approve_hours(record=row, by=by, now=NEXT_DAY)
        settle(row)
    assert not PointEntry.objects.exists()


def test_a_correction_takes_back_and_gives_anew(earned):
    made = correct(earned, 45)
    settle(made)
    settle(made)
    assert queries.balance(earned.volunteer) == 3
    kinds = list(queries.entries_for(earned.volunteer).values_list("kind", "amount"))
    assert sorted(kinds) == [("AWARD", 3), ("AWARD", 6), ("REVERSAL", 6)]
    settle(earned)  # an older message that comes late gives nothing back
    assert queries.balance(earned.volunteer) == 3


def test_what_was_spent_meanwhile_is_forgiven(earned):
    redeem(earned.volunteer, 4)
    settle(correct(earned, 0))
    assert queries.balance(earned.volunteer) == 0
    assert list(audit.broken()) == []


def test_nothing_to_take_back_when_nothing_is_left_or_was_given(earned):
    redeem(earned.volunteer, 6)
    settle(correct(earned, 0))
    assert not PointEntry.objects.filter(kind="REVERSAL").exists()
    never = make.approved()  # its award has not been delivered yet
    settle(correct(never, 30))
    assert queries.balance(never.volunteer) == 2


def test_points_are_spent_once_for_a_key(earned):
    me, stranger = earned.volunteer, accounts.user()
    before = last_event()
    first, again = redeem(me, 4), redeem(me, 4)
    assert first == again
    assert queries.balance(me) == 2
    assert names_since(before) == ["points.redeemed"]
    for points, once, by, code in (
        (5, "a", me, "key_reused"),
        (3, "b", me, "too_few_points"),
        (0, "b", me, "bad_points"),
        (1, "b", stranger, "not_yours"),
    ):
        with refused(code):
            redeem(me, points, once, by)


def test_an_error_that_is_not_a_repetition_is_not_swallowed(earned):
    account = PointAccount.objects.get(owner=earned.volunteer)
    with pytest.raises(IntegrityError), transaction.atomic():
        actions._post(
            debit=account,
            credit=account,
            amount=1,
            kind=EntryKind.REDEMPTION,
            once="x",
            by=None,
            now=NOON,
        )


def test_stars_come_with_the_hours_and_go_with_a_correction(monkeypatch):
    monkeypatch.setattr(rules, "STAR_MINUTES", (60, 80, 600, 1000, 1500))
    row = make.approved()
    before = last_event()
    settle(row)
    assert [star.stars for star in queries.star_days(row.volunteer)] == [1, 2]
    settle(correct(row, 70))
    assert [star.stars for star in queries.star_days(row.volunteer)] == [1]
    assert StarLevel.objects.get(stars=2).lost_at == NEXT_DAY
    names = [name for name in names_since(before) if name.startswith("stars")]
    assert names == ["stars.reached", "stars.reached", "stars.lost"]
    assert queries.hours_of(row.volunteer) == (70, 0)


def test_verify_names_what_is_broken(earned):
    person = PointAccount.objects.get(owner=earned.volunteer)
    assert list(audit.broken()) == []
    guards.drop(connection)
    sql("UPDATE incentives_pointaccount SET balance = balance + 1 WHERE id = %s", [person.pk])
    found = [name for name, _row in audit.broken()]
    assert found == ["I1", "I1"]  # this account, and so the whole ledger
    with taken_away(Rule("pointaccount_a_person_never_owes", "incentives_pointaccount")):
        sql("UPDATE incentives_pointaccount SET balance = -1 WHERE id = %s", [person.pk])
        assert "I7" in [name for name, _row in audit.broken()]


class Ledger(RuleBasedStateMachine):
    """Award, reverse, redeem and expire in any order; after each step all is recomputed."""

    @initialize()
    def people(self):
        self.users = [accounts.user() for _person in range(2)]
        self.accounts = [actions._account(user) for user in self.users]
        self.keys = 0

    def _post(self, debit, credit, amount, kind):
        self.keys += 1
        try:
            with transaction.atomic():
                actions._post(
                    debit=debit,
                    credit=credit,
                    amount=amount,
                    kind=kind,
                    once=f"step-{self.keys}",
                    by=None,
                    now=NOON + timedelta(seconds=self.keys),
                )
        except IntegrityError:
            assert debit.kind == AccountKind.PERSON
            assert PointAccount.objects.get(pk=debit.pk).balance < amount

    @rule(who=st.integers(0, 1), amount=st.integers(1, 50))
    def award(self, who, amount):
        ours = actions._ours(AccountKind.ISSUED)
        self._post(ours, self.accounts[who], amount, EntryKind.AWARD)

    @rule(who=st.integers(0, 1), amount=st.integers(1, 50))
    def reverse(self, who, amount):
        ours = actions._ours(AccountKind.ISSUED)
        self._post(self.accounts[who], ours, amount, EntryKind.REVERSAL)

    @rule(who=st.integers(0, 1), amount=st.integers(1, 50))
    def expire(self, who, amount):
        ours = actions._ours(AccountKind.EXPIRED)
        self._post(self.accounts[who], ours, amount, EntryKind.EXPIRY)

    @rule(who=st.integers(0, 1), amount=st.integers(-1, 50), key=st.sampled_from("abc"))
    def redeem(self, who, amount, key):
        user = self.users[who]
        before = queries.balance(user)
        refused = ""
        try:
            redeem(user, amount, key)
        except Refusal as refusal:
            refused = refusal.code
        assert refused in {"", "bad_points", "too_few_points", "key_reused"}
        assert not refused or queries.balance(user) == before

    @precondition(lambda self: hasattr(self, "keys"))
    @invariant()
    def balanced(self):
        assert list(audit.broken()) == []
        assert sum(PointAccount.objects.values_list("balance", flat=True)) == 0
        people = PointAccount.objects.filter(kind=AccountKind.PERSON)
        assert all(account.balance >= 0 for account in people)


class TestLedger(Ledger.TestCase, TestCase):
    """The machine above, each run in a transaction of its own."""

    settings = settings(
        max_examples=25,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.django_db(transaction=True)
@on_postgresql
def test_fifty_redemptions_with_points_for_one(race):
    row = make.approved()
    settle(row)
    results = race(50, lambda n: redeem(row.volunteer, 6, once=str(n)))
    assert outcomes(results) == {"done": 1, "too_few_points": 49}
    assert queries.balance(row.volunteer) == 0


@pytest.mark.django_db(transaction=True)
@on_postgresql
def test_fifty_times_one_key_is_one_effect_and_one_answer(race):
    row = make.approved()
    settle(row)
    results = race(50, lambda _n: redeem(row.volunteer, 1, once="same"))
    assert len({entry.pk for entry in results}) == 1
    assert queries.balance(row.volunteer) == 5


@pytest.mark.django_db(transaction=True)
@on_postgresql
def test_fifty_deliveries_of_one_record_award_once(race):
    row = make.approved()
    race(50, lambda _n: settle(ServiceRecord.objects.get(pk=row.pk)))
    assert queries.balance(row.volunteer) == 6
    assert PointEntry.objects.count() == 1
    assert list(audit.broken()) == []
