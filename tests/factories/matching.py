"""Openings, offers and tasks, built through actions."""

from datetime import datetime, timedelta
from typing import Any

from accounts import actions as people
from accounts.models import User
from accounts.states import Category, Purpose
from help_requests.models import Visit
from kernel.workdays import local_date
from matching import actions
from matching.engine.assign import assigned
from matching.engine.files import problem_of
from matching.models import Application, Assignment, Offer, Opening, Run
from matching.states import RunState
from organizations.models import Shift
from regions.models import Region
from tests.factories import accounts, help_requests, organizations
from tests.factories.accounts import NOON

LESSON = {"ask_first": "yes", "share_photos": "no", "arrival_code": "resident"}


def ready_volunteer(name: str = "王芳", **given: Any) -> User:
    """Return somebody who fits everything ordinary: verified, taught, willing, free all week."""
    profile = accounts.volunteer(name=name, **given)
    user = profile.user
    people.give_consent(subject=user, purpose=Purpose.MATCHING, text_version="1", by=user, now=NOON)
    people.set_categories(volunteer=profile, categories=Category.values, by=user, now=NOON)
    windows = [(day, 0, 1440) for day in range(7)]
    people.set_windows(volunteer=profile, windows=windows, by=user, now=NOON)
    people.pass_lesson(volunteer=profile, answers=LESSON, by=user, now=NOON)
    return user


def opening(of: Visit | Shift | None = None, *, now: datetime = NOON) -> Opening:
    """Return the open need of a visit (a new one unless given) or of a shift."""
    source = of or help_requests.visit()
    if isinstance(source, Shift):
        return actions.open_for_shift(shift=source, now=now)
    found = actions.open_for_visit(visit=source, now=now)
    assert found is not None
    return found


def shift_opening(**given: Any) -> Opening:
    """Return the open need of a published shift with four places."""
    return opening(organizations.published_project(**given).shifts.get())


def offer(of: Opening | None = None, to: User | None = None, *, now: datetime = NOON) -> Offer:
    """Return an offer that the street's office made by hand, and that waits for an answer."""
    need = of or opening()
    return actions.send_offer(
        opening=need,
        volunteer=to or ready_volunteer(),
        by=accounts.officer(region=need.region),
        now=now,
    )


def application(of: Opening | None = None, by: User | None = None) -> Application:
    """Return a volunteer's application; accepted at once where the project says so."""
    return actions.apply(opening=of or shift_opening(), by=by or ready_volunteer(), now=NOON)


def assignment(of: Opening | None = None, who: User | None = None) -> Assignment:
    """Return the task of a volunteer who accepted an offer."""
    made = offer(of, who)
    return actions.accept_offer(offer=made, by=made.volunteer, now=NOON)


def run(region: Region, *, now: datetime = NOON) -> Run:
    """Return a plan of the coming week of ``region``, ready to look at; one that was open gives way."""
    for before in Run.objects.filter(region=region, state=RunState.READY):
        actions.cancel_run(run=before, by=None, now=now)
    first = local_date(now)
    asked = actions.ask_run(
        region=region, first_day=first, last_day=first + timedelta(days=6), by=None, now=now
    )
    taken = actions.take_run(key=asked.pk, now=now)
    assert taken is not None
    for problem in actions.write_down(run=taken, now=now):
        actions.note_answer(run=taken, answer=assigned(problem_of(problem)), now=now)
    actions.show_run(run=taken, now=now)
    taken.refresh_from_db()
    return taken
