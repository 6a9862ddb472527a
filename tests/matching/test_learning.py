"""How likely a yes is: learned from answers by night, used the next day, given up where it is worse."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kernel.workdays import at_local, local_date
from matching import actions, jobs, queries
from matching.engine.acceptance import LEAST, Model
from matching.models import AcceptanceModel, Offer
from matching.queries import chances, search
from matching.queries.posting_sql import Asked
from tests.factories import matching
from tests.factories.accounts import NOON

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def answered(offer, count, yes, **given):
    """Write ``count`` offers of the past like this one; ``yes(n)`` and ``given(n)`` say what of the n-th."""
    for n in range(count):
        known = {**offer.features, **{name: value(n) for name, value in given.items()}}
        state = "ACCEPTED" if yes(n) else ("DECLINED", "EXPIRED")[n % 2]
        past(offer, state, sent_at=NOON - HOUR * (count - n), features=known)


def past(offer, state, **given):
    """Write an offer of the past to the volunteer of ``offer``."""
    values = {"sent_at": NOON - HOUR, "features": offer.features, **given}
    made = Offer.objects.create(
        opening=offer.opening,
        volunteer=offer.volunteer,
        wave=1,
        expires_at=NOON + HOUR,
        **values,
    )
    Offer.objects.filter(pk=made.pk).update(state=state, answered_at=NOON)


def thought_of(offer):
    """Return an offer that was thanked: what more is written of this volunteer does not meet it."""
    Offer.objects.filter(pk=offer.pk).update(state="WITHDRAWN")
    return offer


def chance_of(volunteer):
    return matching.offer(to=volunteer).chance


def test_before_anything_was_learned_a_yes_is_as_likely_as_usual():
    assert matching.offer().chance == pytest.approx(0.2)
    assert chances.model_now().kind == "prior"


def test_what_is_learned_is_used_where_it_is_better():
    offer = thought_of(matching.offer())
    answered(offer, 400, lambda n: n % 4 == 0, km=lambda n: 0.5 if n % 4 == 0 else 8.0)

    model = actions.learn(now=NOON)

    assert (model.number, model.uses, model.answers) == (1, True, 400)
    logistic, prior = model.report["logistic"], model.report["prior"]
    assert logistic["brier"] < prior["brier"]
    assert sum(size for size, *_ in logistic["bins"]) == 133
    assert Model.of(model.weights).kind == "logistic"
    assert chance_of(matching.ready_volunteer()) > 0.8  # next door


def test_where_nothing_can_be_learned_the_own_rate_of_each_counts():
    offer = thought_of(matching.offer())
    answered(offer, 40, lambda n: True)

    model = actions.learn(now=NOON)

    assert (model.uses, model.answers, model.report) == (
        False,
        40,
        {"logistic": None, "prior": None},
    )
    rate = (40 + 4) / 60
    assert chance_of(matching.ready_volunteer()) == pytest.approx(rate)
    assert chance_of(offer.volunteer) == pytest.approx((40 + 10 * rate) / 50)


def test_a_model_that_is_worse_than_the_prior_is_given_up():
    offer = thought_of(matching.offer())
    turned = 2 * LEAST * 2 // 3
    answered(
        offer,
        2 * LEAST,
        lambda n: (n % 2 == 0) == (n < turned),
        km=lambda n: 0.5 if n % 2 == 0 else 8.0,
    )
    model = actions.learn(now=NOON)
    assert not model.uses
    assert model.report["logistic"]["brier"] > model.report["prior"]["brier"]


def test_only_what_says_something_is_learned_from():
    offer = thought_of(matching.offer())
    answered(offer, 2, lambda n: False)
    past(offer, "WITHDRAWN")
    past(offer, "DECLINED", features=None)
    past(offer, "DECLINED", features={"of": "another version"})
    past(offer, "DECLINED", sent_at=NOON - timedelta(days=181))

    features, answers = queries.answers_of_late(now=NOON)

    assert answers == [False, False]
    assert features[0]._asdict() == offer.features


def test_it_learns_once_a_night(clock):
    for at in (0, 2, 3, 24, 26):
        clock.now = at_local(local_date(NOON), 0) + at * HOUR
        jobs.learn()
    found = AcceptanceModel.objects.values_list("number", "trained_at")
    assert [(n, local_date(at)) for n, at in found] == [
        (2, local_date(NOON + timedelta(days=1))),
        (1, local_date(NOON)),
    ]


def test_who_is_likely_to_come_is_ranked_first_where_that_weighs():
    need = queries.need_of(matching.opening())
    first, second = matching.ready_volunteer(), matching.ready_volunteer()
    answered(thought_of(matching.offer(to=second)), 20, lambda n: True)

    plain = queries.parameters_now()
    weighed = replace(plain, likely=1.0)
    found = search.best_of(Asked(need, weighed), top=2, now=NOON)

    assert [one.id for one in found] == [second.pk, first.pk]
    assert found[0].parts["likely"] > found[1].parts["likely"] > 0
    guessed = chances.with_chances(need, [], weighed, urgency=1, now=NOON)
    assert list(guessed) == []


def test_the_facts_take_as_many_queries_for_many_as_for_one(django_assert_num_queries):
    users = [matching.offer().volunteer.pk for _n in range(3)]
    for some in (users[:1], users):
        with django_assert_num_queries(2):
            found = chances.usual_chances({}, {}, chances.pasts(some, now=NOON), some)
        assert set(found) == set(some)
