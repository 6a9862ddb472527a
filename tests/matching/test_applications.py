"""A volunteer asks for a place: accepted, in line, promoted, lapsed."""

from datetime import timedelta

import pytest

from accounts.models import VolunteerProfile
from matching import actions, queries
from matching.models import Application, Assignment
from tests.factories import accounts, matching, organizations
from tests.factories.accounts import NOON
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


def state(row):
    return type(row).objects.get(pk=row.pk).state


def cancel(task, now=NOON):
    return actions.cancel_assignment(assignment=task, reason="病了", by=task.volunteer, now=now)


@pytest.fixture
def at_once():
    return matching.shift_opening(auto_accept=True)


@pytest.fixture
def asking():
    return matching.shift_opening(auto_accept=False)


def full(opening):
    """Fill the four places; return their tasks."""
    made = [matching.application(opening) for _place in range(4)]
    return [Assignment.objects.get(application=row) for row in made]


def coordinator(opening):
    return organizations.membership(opening.organization).user


def test_who_fits_is_accepted_at_once_where_the_project_says_so(at_once):
    before = last_event()

    made = matching.application(at_once)

    assert made.state == "ACCEPTED"
    assert Assignment.objects.get(application=made).volunteer == made.volunteer
    assert names_since(before)[-3:] == [
        "application.sent",
        "application.accepted",
        "assignment.made",
    ]


def test_else_the_organization_answers(asking):
    yes, no = matching.application(asking), matching.application(asking)
    runs = coordinator(asking)
    assert (yes.state, no.state) == ("SENT", "SENT")

    actions.accept_application(application=yes, by=runs, now=NOON)
    actions.refuse_application(application=no, reason="这次够了", by=runs, now=NOON)

    assert (state(yes), state(no)) == ("ACCEPTED", "REFUSED")
    assert Application.objects.get(pk=no.pk).reason == "这次够了"
    with refused("illegal_move"):
        actions.refuse_application(application=yes, reason="", by=runs, now=NOON)


def test_others_do_not_answer(asking):
    made, stranger = matching.application(asking), accounts.user()
    with refused("not_your_area"):
        actions.accept_application(application=made, by=stranger, now=NOON)
    with refused("not_your_area"):
        actions.refuse_application(application=made, reason="", by=stranger, now=NOON)


def test_an_applicant_no_longer_fits_or_came_too_late(asking):
    made, runs = matching.application(asking), coordinator(asking)
    matching.assignment(asking, made.volunteer)  # picked by hand meanwhile
    with refused("does_not_fit"):
        actions.accept_application(application=made, by=runs, now=NOON)
    with refused("opening_begun"):
        actions.accept_application(application=made, by=runs, now=asking.starts_at)
    late = matching.application(asking)
    for _place in range(3):
        actions.accept_application(application=matching.application(asking), by=runs, now=NOON)
    with refused("filled"):
        actions.accept_application(application=late, by=runs, now=NOON)


def test_twice_is_refused(at_once, asking):
    accepted, sent = matching.application(at_once), matching.application(asking)
    with refused("already_applied"):
        actions.apply(opening=asking, by=sent.volunteer, now=NOON)
    with refused("already_applied"):  # not that she is busy then, which she is by this place
        actions.apply(opening=at_once, by=accepted.volunteer, now=NOON)


def test_who_does_not_fit_reads_why(at_once):
    nobody = accounts.user()
    with refused("does_not_fit"):
        actions.apply(opening=at_once, by=nobody, now=NOON)
    with refused("too_long"):
        actions.apply(opening=at_once, by=nobody, now=NOON, note="长" * 201)
    with refused("opening_begun"):
        actions.apply(opening=at_once, by=nobody, now=at_once.starts_at)


def test_the_line_is_promoted_in_its_order(at_once):
    tasks = full(at_once)
    line = [
        actions.apply(
            opening=at_once, by=matching.ready_volunteer(), now=NOON + timedelta(minutes=n)
        )
        for n in range(3)
    ]
    assert [queries.waiting_position(row) for row in line] == [1, 2, 3]
    assert queries.waiting_position(tasks[0].application) is None

    cancel(tasks[0])
    made = actions.promote(opening=at_once, now=NOON)

    assert [task.volunteer for task in made] == [line[0].volunteer]
    assert [state(row) for row in line] == ["ACCEPTED", "WAITING", "WAITING"]
    assert queries.waiting_position(Application.objects.get(pk=line[1].pk)) == 1
    assert actions.promote(opening=at_once, now=NOON) == []


def test_who_no_longer_fits_is_passed_over_but_stays_in_line(at_once):
    task = full(at_once)[0]
    first, second = matching.application(at_once), matching.application(at_once)
    VolunteerProfile.objects.filter(user=first.volunteer).update(suspended_at=NOON)

    cancel(task)
    actions.promote(opening=at_once, now=NOON)

    assert (state(first), state(second)) == ("WAITING", "ACCEPTED")


def test_nobody_is_promoted_after_the_start_or_when_it_is_called_off(at_once):
    task = full(at_once)[0]
    matching.application(at_once)
    cancel(task)
    assert actions.promote(opening=at_once, now=at_once.starts_at) == []
    actions.cancel_opening(opening=at_once, now=NOON)
    assert actions.promote(opening=at_once, now=NOON) == []


def test_leaving_the_line_is_ones_own(at_once):
    for _place in range(4):
        matching.application(at_once)
    waiting, other = matching.application(at_once), accounts.user()
    with refused("not_yours"):
        actions.withdraw_application(application=waiting, by=other, now=NOON)
    actions.withdraw_application(application=waiting, by=waiting.volunteer, now=NOON)
    assert waiting.state == "WITHDRAWN"


def test_of_a_visit_whoever_fits_is_accepted(at_once):
    made = matching.application(matching.opening())
    assert made.state == "ACCEPTED"


def test_a_draft_shift_has_no_places_yet():
    draft = organizations.shift()
    with refused("opening_closed"):
        queries.opening_of(draft)


def test_the_opening_of_a_shift_is_found():
    need = matching.shift_opening()
    assert queries.opening_of(need.shift) == need
