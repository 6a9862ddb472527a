"""What the engine weighs: set by the city with a reason, numbered, never changed afterwards."""

from dataclasses import asdict

import pytest
from django.db import DatabaseError, transaction

from matching import actions, queries
from matching.models import Weighing
from matching.queries.weights import BEFORE
from tests.factories import accounts, matching
from tests.factories.accounts import NOON
from tests.factories.regions import city, street
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


def weigh(by, reason="distance counts more since the bridge is closed", **parameters):
    return actions.set_weights(parameters=parameters, reason=reason, by=by, now=NOON)


@pytest.fixture
def office():
    return accounts.officer(role="CITY", region=city())


def test_the_city_weighs_anew_and_what_was_before_stays_readable(office):
    before = last_event()

    first = weigh(office, near=0.5)
    second = weigh(office, first=0.2)

    assert (first.number, second.number) == (1, 2)
    assert queries.parameters_now().near == 0.5
    assert queries.parameters_now().first == 0.2
    assert first.parameters == {**asdict(BEFORE), "near": 0.5}
    assert names_since(before) == ["weights.set", "weights.set"]
    assert list(queries.weighings_for(office, now=NOON)) == [second, first]
    assert not queries.weighings_for(accounts.user(), now=NOON).exists()
    assert not queries.weighings_for(None, now=NOON).exists()


def test_what_was_weighed_before_there_was_a_parameter_holds_with_its_usual_value(office):
    of_then = {name: value for name, value in asdict(BEFORE).items() if name != "services_a_day"}
    Weighing.objects.create(
        number=1, parameters=of_then, reason="as then", set_by=office, set_at=NOON
    )

    assert queries.parameters_now() == BEFORE
    assert weigh(office, services_a_day=2).parameters == {**of_then, "services_a_day": 2}


def test_what_is_weighed_orders_who_is_asked(office):
    need = matching.opening()
    near, farther = matching.ready_volunteer(), matching.ready_volunteer()
    type(farther.volunteer).objects.filter(user=farther).update(lat=need.lat + 0.03)
    matching.offer(to=near)

    ordered = [shown.candidate.id for shown in queries.candidates(need, now=NOON)]
    assert ordered.index(near.pk) < ordered.index(farther.pk)

    weigh(office, near=0.0, roomy=1.0)
    type(near.volunteer).objects.filter(user=near).update(minutes_per_week=300)
    ordered = [shown.candidate.id for shown in queries.candidates(need, now=NOON)]
    assert ordered.index(near.pk) > ordered.index(farther.pk)


PARTS = ("near", "level", "reliable", "rested", "roomy", "likely", "first")


@pytest.mark.parametrize(
    ("parameters", "code", "field"),
    [
        ({"near": -1}, "bad_weight", "near"),
        ({"near": float("nan")}, "bad_weight", "near"),
        ({"nearness": 1}, "bad_weight", "nearness"),
        ({"near_km": 0}, "bad_weight", "near_km"),
        ({"near_km": 101}, "bad_weight", "near_km"),
        ({"preferred": 2}, "bad_weight", "preferred"),
        ({"preferred": 0.6, "known": 0.6}, "over_one", "preferred"),
        (dict.fromkeys(PARTS, 0.0), "all_zero", "near"),
        ({}, "nothing_changed", "near"),
    ],
)
def test_what_cannot_be_weighed_is_said_at_its_field(office, parameters, code, field):
    with refused(code) as caught:
        weigh(office, **parameters)
    assert caught.value.field == field
    assert not Weighing.objects.exists()


def test_not_without_a_reason_nor_by_others(office):
    with refused("reason_missing"):
        weigh(office, near=0.5, reason=" ")
    elsewhere = accounts.officer(region=street("310104001"))
    with refused("not_the_city"):
        weigh(elsewhere, near=0.5)


def test_what_was_weighed_is_not_changed(office):
    made = weigh(office, near=0.5)
    for deed in (
        lambda: Weighing.objects.filter(pk=made.pk).update(reason="other"),
        lambda: Weighing.objects.filter(pk=made.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()
