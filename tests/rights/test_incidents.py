"""Incidents: on record at once, looked after by the street, reported in 48 hours."""

from datetime import timedelta

import pytest

from rights import actions, queries
from rights.models import Incident
from tests.factories import accounts, matching, organizations, regions, rights
from tests.factories.accounts import NOON
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


def test_only_the_kind_is_asked():
    before = last_event()

    incident = rights.incident()

    assert (incident.state, incident.words, incident.happened_at) == ("REPORTED", None, NOON)
    assert incident.report_due_at == NOON + timedelta(hours=48)
    assert names_since(before)[-1] == "incident.reported"


def test_what_is_known_is_kept_sealed():
    an_hour_ago = NOON - timedelta(hours=1)

    rights.incident(words="在楼梯上滑倒", is_hurt=True, happened_at=an_hour_ago)

    kept = Incident.objects.select_related("key").get()
    assert (kept.words, kept.is_hurt, kept.happened_at) == ("在楼梯上滑倒", True, an_hour_ago)


def test_an_injury_means_that_somebody_is_hurt():
    assert rights.incident(kind="INJURY").is_hurt
    assert not rights.incident(kind="DAMAGE").is_hurt


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"kind": "RAIN"}, "kind_missing"),
        ({"happened_at": NOON + timedelta(seconds=1)}, "in_the_future"),
    ],
)
def test_what_cannot_have_happened_is_refused(given, code):
    values = {"by": accounts.user(), "region": regions.street(), **given}

    with refused(code):
        rights.incident(**values)

    assert not Incident.objects.exists()


def test_words_are_added_and_never_lost():
    incident, stranger = rights.incident(), accounts.user()
    stale = Incident.objects.get()

    actions.add_to_incident(incident=incident, words="先说一句", by=incident.by, now=NOON)
    actions.add_to_incident(incident=stale, words="再补一句", by=incident.by, now=NOON)

    assert Incident.objects.select_related("key").get().words == "先说一句\n\n再补一句"
    with refused("not_yours"):
        actions.add_to_incident(incident=incident, words="不是我", by=stranger, now=NOON)


def test_the_street_takes_it_and_closes_it_with_what_was_done():
    incident, clerk = rights.incident(), accounts.officer()
    before = last_event()

    actions.take_incident(incident=incident, by=clerk, now=NOON)
    actions.close_incident(incident=incident, words="已送医", by=clerk, now=NOON)

    kept = Incident.objects.select_related("key").get()
    assert (kept.state, kept.handler, kept.outcome) == ("CLOSED", clerk, "已送医")
    assert names_since(before) == ["incident.taken", "incident.closed"]
    with refused("illegal_move"):
        actions.add_to_incident(incident=incident, words="还有", by=incident.by, now=NOON)


def test_who_runs_the_shift_takes_it_too():
    task = matching.application().opening.assignments.get()
    runner = organizations.membership(task.opening.organization).user
    incident = rights.incident(assignment=task)

    actions.take_incident(incident=incident, by=runner, now=NOON)

    assert (incident.state, incident.handler) == ("IN_HAND", runner)
    assert incident in queries.incidents_for(runner, now=NOON)


def test_nobody_looks_after_the_own_report_or_another_streets():
    clerk = accounts.officer()
    incident = rights.incident(by=clerk)
    stranger = accounts.officer(region=regions.street("310104001"))

    with refused("involved"):
        actions.take_incident(incident=incident, by=clerk, now=NOON)
    with refused("not_your_area"):
        actions.take_incident(incident=incident, by=stranger, now=NOON)
    with refused("not_your_area"):
        actions.close_incident(incident=incident, words="好了", by=stranger, now=NOON)


def test_everybody_is_asked_who_sees_an_incident():
    incident = rights.incident()
    clerk = accounts.officer()

    assert incident in queries.incidents_for(incident.by, now=NOON)
    assert list(queries.open_incidents(clerk, now=NOON)) == [incident]
    assert not queries.open_incidents(incident.by, now=NOON).exists()
    assert not queries.incidents_for(accounts.user(), now=NOON).exists()
    assert not queries.incidents_for(None, now=NOON).exists()


def test_an_incident_that_is_not_closed_in_48_hours_is_announced_once():
    incident, clerk = rights.incident(), accounts.officer()
    before, due = last_event(), NOON + timedelta(hours=48)

    assert actions.note_overdue_incidents(now=due) == 0
    assert actions.note_overdue_incidents(now=due + timedelta(seconds=1)) == 1
    assert actions.note_overdue_incidents(now=due + timedelta(hours=1)) == 0

    assert names_since(before)[-1:] == ["incident.overdue"]
    incident.refresh_from_db()
    actions.take_incident(incident=incident, by=clerk, now=NOON)
    assert incident.overdue_at == due + timedelta(seconds=1)


def test_two_who_look_at_once_announce_an_overdue_incident_once():
    incident = rights.incident()

    told = [actions.note_overdue_incident(incident=incident, now=NOON) for _look in range(2)]

    assert told == [True, False]
