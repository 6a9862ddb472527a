"""A kind of service is stopped for a while, and asked for again."""

import pytest

from kernel.workdays import local_date
from matching import actions, queries
from matching.models import Posting
from matching.queries.posted import BITS
from tests.factories import matching
from tests.factories.accounts import NOON
from tests.refused import refused

pytestmark = pytest.mark.django_db


def test_who_stopped_a_kind_is_asked_for_it_again_when_they_say_so():
    offer = matching.offer()
    me, kind = offer.volunteer, offer.opening.category
    actions.decline_offer(offer=offer, reason="NOT_MY_KIND", pause_days=30, by=me, now=NOON)

    somebody = matching.ready_volunteer()
    with refused("not_yours"):
        actions.resume_kind(user=me, category=kind, by=somebody, now=NOON)
    assert queries.pauses_of(me, today=local_date(NOON)).exists()

    for _time in range(2):
        actions.resume_kind(user=me, category=kind, by=me, now=NOON)

    assert not queries.pauses_of(me, today=local_date(NOON)).exists()
    assert Posting.objects.get(volunteer=me.volunteer, skill="").wants & BITS[kind]
