"""Planning many needs at once: preview, accept, send; a worker that dies; the receipt."""

import gzip
import hashlib
import json
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts import actions as people
from accounts.states import CredentialKind, Purpose, SkillCode
from help_requests.states import Urgency
from kernel.workdays import SHANGHAI, local_date
from matching import actions, jobs, queries
from matching.actions import runs
from matching.actions.willing import pause_kind
from matching.engine import Reason, check
from matching.engine.assign import assigned
from matching.engine.check import violations
from matching.engine.files import problem_of
from matching.models import Offer, Proposal, Run
from tests.factories import accounts, help_requests, matching, organizations
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT
from tests.factories.regions import city, street
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
FIRST = local_date(NOON)
LAST = local_date(VISIT_AT)


@pytest.fixture(autouse=True)
def at_noon(clock):
    clock.now = NOON


@pytest.fixture
def need():
    """Return an open need of two places whose resident allows automatic matching."""
    return willing()


def willing(**given):
    resident = accounts.resident()
    people.give_consent(
        subject=resident, purpose=Purpose.MATCHING, text_version="1", by=resident.user, now=NOON
    )
    return matching.opening(help_requests.visit(resident, **{"places": 2, **given}))


@pytest.fixture
def office(need):
    return accounts.officer(role="DISTRICT", region=need.region.parent)


def ask(region, by=None, **given):
    days = {"first_day": FIRST, "last_day": LAST, **given}
    return actions.ask_run(region=region, by=by, now=NOON, **days)


def planned(region, by=None, **given):
    run = ask(region, by, **given)
    jobs.plan_run(run.pk)
    run.refresh_from_db()
    return run


def test_it_is_planned_looked_at_and_carried_out(need, office):
    volunteers = [matching.ready_volunteer() for _n in range(3)]
    before = last_event()

    run = planned(need.region.parent, office)

    assert (run.state, run.places, run.filled, run.attempt) == ("READY", 2, 2, 1)
    assert (run.done, run.total) == (3, 3)
    assert run.objective == run.bound
    assert run.gap == 0
    assert not Offer.objects.exists()
    proposals = list(queries.proposals_of(run))
    assert len(proposals) == 2
    assert {proposal.volunteer for proposal in proposals} < set(volunteers)
    exact = {one.candidate.id: one.candidate.score for one in queries.candidates(need, now=NOON)}
    assert {p.volunteer_id: p.score for p in proposals}.items() <= exact.items()

    actions.accept_run(run=run, chosen=[proposals[0].ref], by=office, now=NOON)
    jobs.sweep_runs()  # the wake-up may be lost

    (offer,) = Offer.objects.all()
    assert (offer.volunteer, offer.sent_by) == (proposals[0].volunteer, office)
    run.refresh_from_db()
    assert run.state == "DONE"
    assert [p.chosen for p in queries.proposals_of(run)] == [True, False]
    need.refresh_from_db()
    assert (need.wave, need.next_wave_at) == (1, offer.expires_at)
    assert names_since(before) == [
        *("run.asked", "run.started", "run.ready", "run.accepted", "offer.sent", "run.done")
    ]
    jobs.send_run(run.pk)
    assert not runs._send(proposals[0].pk, now=NOON)
    assert Offer.objects.count() == 1


def test_what_has_come_between_is_not_sent_and_said(need, office):
    for _n in range(3):
        matching.ready_volunteer()
    other = willing(starts_at=VISIT_AT + timedelta(hours=4))
    run = planned(need.region.parent)
    first, second = queries.proposals_of(run).filter(opening=need)
    third, fourth = queries.proposals_of(run).filter(opening=other)
    actions.accept_run(run=run, chosen=None, by=office, now=NOON)
    people.set_windows(
        volunteer=first.volunteer.volunteer, windows=[], by=first.volunteer, now=NOON
    )
    matching.offer(need, matching.ready_volunteer())
    matching.offer(need, matching.ready_volunteer())
    matching.offer(other, third.volunteer)
    actions.cancel_opening(
        opening=queries.openings_for(office, now=NOON).get(pk=other.pk), now=NOON
    )

    jobs.send_run(run.pk)

    against = {p.pk: p.against for p in Proposal.objects.filter(run=run)}
    assert against[second.pk] == ["asked_already"]
    assert against[third.pk] == against[fourth.pk] == ["opening_closed"]
    assert not Proposal.objects.filter(run=run, offer__isnull=False).exists()


def test_who_no_longer_fits_is_passed_over_with_the_reason(need, office):
    matching.ready_volunteer()
    run = planned(need.region.parent)
    (proposal,) = queries.proposals_of(run)
    actions.accept_run(run=run, chosen=None, by=office, now=NOON)
    who = proposal.volunteer
    people.set_windows(volunteer=who.volunteer, windows=[], by=who, now=NOON)

    assert actions.send_run(run=run, now=NOON) == 0

    proposal.refresh_from_db()
    assert (proposal.offer, proposal.against) == (None, ["not_free"])


def _pauses(who):
    actions.decline_offer(
        offer=matching.offer(willing(starts_at=VISIT_AT + 2 * DAY), who),
        reason="NOT_MY_KIND",
        by=who,
        now=NOON,
        pause_days=30,
    )


def _opts_out(who):
    consent = who.consents.get(purpose=Purpose.MATCHING)
    people.withdraw_consent(consent=consent, by=who, now=NOON)


def _chooses_otherwise(who):
    people.set_categories(volunteer=who.volunteer, categories=["D"], by=who, now=NOON)


@pytest.mark.parametrize(
    ("refuses", "code"),
    [(_pauses, "kind_paused"), (_opts_out, "not_asked"), (_chooses_otherwise, "not_chosen")],
)
def test_who_does_not_want_to_be_asked_since_is_passed_over(refuses, code, need, office):
    who = matching.ready_volunteer()
    run = planned(need.region.parent)
    refuses(who)
    actions.accept_run(run=run, chosen=None, by=office, now=NOON)

    actions.send_run(run=run, now=NOON)

    (proposal,) = queries.proposals_of(run)
    assert (proposal.volunteer, proposal.offer, proposal.against) == (who, None, [code])
    assert queries.against_words(proposal)


def test_who_lost_the_language_since_is_passed_over_in_words():
    spoken = willing(language="SHANGHAINESE")
    office = accounts.officer(role="DISTRICT", region=spoken.region.parent)
    who, _silent = matching.ready_volunteer(), matching.ready_volunteer()
    people.set_skills(volunteer=who.volunteer, skills={"SHANGHAINESE": 1}, by=who, now=NOON)
    run = planned(spoken.region.parent)
    (proposal,) = queries.proposals_of(run)
    actions.accept_run(run=run, chosen=None, by=office, now=NOON)
    people.set_skills(volunteer=who.volunteer, skills={}, by=who, now=NOON)

    actions.send_run(run=run, now=NOON)

    proposal.refresh_from_db()
    assert (proposal.volunteer, proposal.against) == (who, ["language_missing"])
    assert queries.against_words(proposal) == ["缺少所需的语言：上海话"]


@pytest.mark.parametrize("dies_at", range(4))
def test_a_worker_that_dies_at_any_step_is_followed_by_another(
    need, office, clock, monkeypatch, dies_at
):
    for _n in range(3):
        matching.ready_volunteer()
    run = ask(need.region.parent, office)
    steps = ["write_down", "note_answer", "show_run"]

    class Killed(BaseException):
        pass

    def dying(step, after):
        real = getattr(actions, step)

        def act(**given):
            if after:
                real(**given)
            raise Killed

        monkeypatch.setattr(actions, step, act)
        return real

    step = steps[min(dies_at, 2)]
    real = dying(step, after=dies_at == 3 or dies_at == 0)
    with pytest.raises(Killed):
        jobs.plan_run(run.pk)
    monkeypatch.setattr(actions, step, real)

    jobs.sweep_runs()  # too early: it may live still
    run.refresh_from_db()
    assert run.attempt == 1
    clock.now += timedelta(minutes=11)
    jobs.sweep_runs()

    run.refresh_from_db()
    assert (run.state, run.filled) == ("READY", 2)
    assert run.attempt == (1 if dies_at == 3 else 2)
    assert Proposal.objects.filter(run=run).count() == 2
    assert len(run.answer) == 1


def test_a_worker_that_was_thought_dead_can_write_nothing(need, clock):
    run = ask(need.region.parent)
    slow = actions.take_run(key=run.pk, now=NOON)
    clock.now += timedelta(minutes=11)
    jobs.sweep_runs()

    with pytest.raises(actions.Superseded):
        actions.write_down(run=slow, now=clock.now)
    with pytest.raises(actions.Superseded):
        actions.show_run(run=slow, now=clock.now)
    actions.fail_run(run=slow, code="error", now=clock.now)
    run.refresh_from_db()
    assert run.state == "READY"
    assert actions.take_run(key=run.pk, now=clock.now) is None


def test_cancelled_in_the_middle_it_stops(need, office, monkeypatch):
    run = ask(need.region.parent, office)

    def cancelled_meanwhile(problem):
        actions.cancel_run(run=run, by=office, now=NOON)
        return assigned(problem)

    monkeypatch.setattr(jobs, "assigned", cancelled_meanwhile)
    jobs.plan_run(run.pk)

    run.refresh_from_db()
    assert (run.state, run.answer, run.decided_by) == ("CANCELLED", [], office)


def test_what_cannot_be_planned_fails_and_says_so(need, monkeypatch, caplog):
    def broken(problem):
        raise ZeroDivisionError

    monkeypatch.setattr(jobs, "assigned", broken)
    run = planned(need.region.parent)
    assert (run.state, run.message) == ("FAILED", "error")
    assert "could not be planned" in caplog.text


def test_a_plan_at_which_workers_die_again_and_again_is_given_up(need, clock):
    run = ask(need.region.parent)
    for _death in range(runs.MOST_ATTEMPTS):
        assert actions.take_run(key=run.pk, now=clock.now)
        clock.now += timedelta(minutes=11)

    jobs.sweep_runs()

    run.refresh_from_db()
    assert (run.state, run.message) == ("FAILED", "given_up")


def test_one_plan_at_a_time_by_who_dispatches_there(need, office):
    ask(need.region.parent, office)
    with refused("run_open"):
        ask(need.region.parent, office)
    elsewhere = accounts.officer(region=street("310104001"))
    for deed in (
        lambda: ask(need.region, elsewhere),
        lambda: actions.cancel_run(run=Run.objects.get(), by=elsewhere, now=NOON),
        lambda: actions.accept_run(run=Run.objects.get(), chosen=None, by=elsewhere, now=NOON),
    ):
        with refused("not_your_area"):
            deed()
    assert list(queries.runs_for(office, now=NOON)) == [Run.objects.get()]
    assert not queries.runs_for(elsewhere, now=NOON).exists()
    assert not queries.runs_for(None, now=NOON).exists()


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (FIRST - DAY, LAST),
        (LAST, FIRST),
        (FIRST, FIRST + 14 * DAY),
        (date(2026, 6, 3), date(2026, 6, 3)),
        (date.max, date.max),
    ],
)
def test_only_days_to_come_are_planned(office, need, first, last):
    with refused("bad_days"):
        ask(need.region, office, first_day=first, last_day=last)


def test_nothing_chosen_is_nothing_accepted(need, office):
    matching.ready_volunteer()
    run = planned(need.region.parent)
    ref = run.proposals.get().ref
    with refused("nothing_chosen"):
        actions.accept_run(run=run, chosen=[], by=office, now=NOON)
    with refused("unknown_proposal"):
        actions.accept_run(run=run, chosen=[ref, "no-such-ref"], by=office, now=NOON)
    actions.cancel_run(run=run, by=office, now=NOON)
    with refused("illegal_move"):
        actions.accept_run(run=run, chosen=None, by=office, now=NOON)


def test_a_plan_that_proposes_nobody_gives_way_to_the_next(need, office):
    empty = planned(need.region.parent, office)
    assert (empty.state, empty.proposals.count()) == ("READY", 0)

    again = ask(need.region.parent, office)

    empty.refresh_from_db()
    assert (empty.state, again.state) == ("CANCELLED", "QUEUED")


def test_what_is_not_planned_is_counted_with_the_reason(need):
    for _n in range(need.places):
        matching.offer(need, matching.ready_volunteer())
    matching.opening(help_requests.visit(accounts.resident()))  # allows no automatic matching

    found = queries.left_out(need.region.parent, FIRST, LAST, now=NOON)

    assert queries.to_plan(need.region.parent, FIRST, LAST, now=NOON) == []
    assert found == (1, 1)


def test_every_evening_the_coming_days_are_planned_once(need, clock):
    district = need.region.parent
    jobs.plan_evening()
    assert not Run.objects.exists()  # it is noon

    clock.now = VISIT_AT - timedelta(hours=16)  # 20:00 the evening before
    jobs.plan_evening()
    jobs.plan_evening()
    (run,) = Run.objects.all()
    assert (run.region, run.asked_by, run.first_day) == (district, None, LAST)

    jobs.plan_run(run.pk)
    clock.now += DAY
    willing(starts_at=clock.now + DAY)
    jobs.plan_evening()
    assert [r.state for r in Run.objects.order_by("pk")] == ["CANCELLED", "QUEUED"]
    assert (
        actions.plan_area(
            region=city(),
            first_day=local_date(clock.now),
            last_day=local_date(clock.now),
            now=clock.now,
        )
        is None
    )


def test_a_run_by_hand_that_is_open_is_left_alone(need, office, clock):
    ask(need.region.parent, office)
    clock.now = VISIT_AT - timedelta(hours=16)
    jobs.plan_evening()
    assert Run.objects.count() == 1


def test_the_receipt_is_replayed(need):
    for _n in range(3):
        matching.ready_volunteer()
    run, out = planned(need.region.parent), StringIO()

    call_command("matching_replay", run.ref, stdout=out)
    assert f"the same: 2 of 2 places, {run.digest}" in out.getvalue()

    [answer] = run.answer
    assert answer["receipt"]["parameters"]["first"] == 0.05
    Run.objects.filter(pk=run.pk).update(answer=[{**answer, "objective": 1.0}])
    with pytest.raises(CommandError, match="answer 1 differs in: objective"):
        call_command("matching_replay", run.ref)
    Run.objects.filter(pk=run.pk).update(digest="0" * 64)
    with pytest.raises(CommandError, match="not what it was told then"):
        call_command("matching_replay", run.ref)
    Run.objects.filter(pk=run.pk).update(snapshot=None)
    with pytest.raises(CommandError, match="no answer to compare"):
        call_command("matching_replay", run.ref)
    with pytest.raises(CommandError, match="there is no run"):
        call_command("matching_replay", "nothing")


@pytest.mark.parametrize(
    ("changed", "is_same"), [({}, True), ({"places": 2}, False), ({"beside": 1}, False)]
)
def test_a_receipt_of_before_answers_told_so_much_is_replayed(need, changed, is_same):
    matching.ready_volunteer()
    run, out = planned(need.region.parent), StringIO()
    [left] = run.answer[0]["unfilled"]
    del left["fit"], left["lacking"], run.answer[0]["receipt"]["parameters"]["services_a_day"]
    left.update(changed)
    told = queries.told(run)
    del told[0]["parameters"]["services_a_day"]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
    run.snapshot, run.digest = gzip.compress(text), hashlib.sha256(text).hexdigest()
    run.save()

    if is_same:
        call_command("matching_replay", run.ref, stdout=out)
    else:
        with pytest.raises(CommandError, match="answer 1 differs in: unfilled"):
            call_command("matching_replay", run.ref)

    assert ("the same: 1 of 2 places" in out.getvalue()) == is_same


def _proven(profile):
    """Give a valid lawyer's paper."""
    paper = accounts.credential(profile, kind=CredentialKind.LAWYER)
    office = accounts.officer(role="CITY", region=city())
    people.decide_credential(credential=paper, accept=True, reason="", by=office, now=NOON)


def test_what_the_engine_is_told_obeys_what_a_file_does_not_know(need):
    """Papers, age, own volunteers, wishes, pairs, pauses: whoever may not come is proposed to nobody."""
    kind = help_requests.service_type(
        "H9", skills={SkillCode.LAW: 2}, credentials=[CredentialKind.LAWYER], adults_only=True
    )
    strict = willing(service_type=kind, places=7)
    fits = matching.ready_volunteer()
    people.set_skills(volunteer=fits.volunteer, skills={SkillCode.LAW: 3}, by=fits, now=NOON)
    _proven(fits.volunteer)

    def otherwise(change):
        user = matching.ready_volunteer()
        people.set_skills(volunteer=user.volunteer, skills={SkillCode.LAW: 3}, by=user, now=NOON)
        change(user.volunteer)
        return user

    otherwise(lambda profile: None)  # without the paper
    paused = otherwise(_proven)
    people.set_limits(
        volunteer=paused.volunteer, minutes_per_week=600, paused_until=LAST, by=paused, now=NOON
    )
    blocked = otherwise(_proven)
    people.add_block(
        resident=strict.visit.request.resident,
        volunteer=blocked.volunteer,
        side="RESIDENT",
        by=strict.visit.request.resident.user,
        now=NOON,
    )

    told = list(
        queries.problems(
            queries.to_plan(strict.region, FIRST, LAST, now=NOON),
            parameters=queries.parameters_now(),
            now=NOON,
        )
    )

    [problem] = told
    parts = [one for one in problem["needs"] if queries.opening_ref(one["id"]) == strict.ref]
    assert [one["places"] for one in parts] == [5, 2]
    answer = assigned(problem_of(json.loads(json.dumps(problem))))
    mine = [p for p in answer["assignments"] if queries.opening_ref(p["need"]) == strict.ref]
    assert [p["volunteer"] for p in mine] == [fits.volunteer.ref]
    assert queries.why_not(strict, fits, now=NOON) == []
    pairs = [(p["need"], p["volunteer"]) for p in answer["assignments"]]
    assert violations(problem_of(problem), pairs) == []


def test_it_is_told_what_is_agreed_and_done_and_who_was_here_before(need, clock):
    helper = matching.ready_volunteer()
    earlier = willing(starts_at=VISIT_AT - DAY, places=1)
    resident = earlier.visit.request.resident
    done = matching.assignment(earlier, helper)
    clock.now = earlier.ends_at
    actions.mark_checked_in(assignment=done, by=helper, now=clock.now)
    actions.mark_done(assignment=done, by=helper, now=clock.now)
    agreed = matching.assignment(need, helper)
    again = matching.opening(
        help_requests.visit(resident, starts_at=VISIT_AT + timedelta(hours=6)), now=clock.now
    )

    [problem] = queries.problems(
        queries.to_plan(again.region, FIRST, LAST, now=clock.now),
        parameters=queries.parameters_now(),
        now=clock.now,
    )

    of_again = next(one for one in problem["needs"] if one["id"] == again.ref)
    assert of_again["known"] == [helper.volunteer.ref]
    told = next(one for one in problem["volunteers"] if one["id"] == helper.volunteer.ref)
    assert [one["start"] for one in told["busy"]] == [agreed.opening.starts_at.isoformat()]
    assert (told["recent_services"], told["is_new"]) == (1, False)
    assert told["minutes_left"] == helper.volunteer.minutes_per_week - 240
    assert told["reliability"] == pytest.approx((1 + 7.2) / 9)


def test_a_night_between_two_weeks_is_a_night():
    """Sunday until midnight and Monday morning: two problems, one person, eleven hours of rest."""
    sunday, monday = (datetime(2026, 3, *at, tzinfo=SHANGHAI) for at in ((8, 21), (9, 8)))
    late, early = (willing(starts_at=at, minutes=180, places=1) for at in (sunday, monday))
    volunteer = matching.ready_volunteer()

    run = planned(late.region, last_day=local_date(monday))

    assert [len(answer["assignments"]) for answer in run.answer] == [1, 0]
    proposed = queries.proposals_of(run).values_list("opening", "volunteer")
    assert list(proposed) == [(late.pk, volunteer.pk)]
    call_command("matching_replay", run.ref, stdout=StringIO())
    assert early.starts_at - late.ends_at == timedelta(hours=8)


def test_who_was_asked_often_enough_is_planned_for_what_is_urgent_only():
    """The caps of the waves hold for plans, and what plans asked counts."""
    volunteer = matching.ready_volunteer()
    for day in range(2):
        one = willing(starts_at=VISIT_AT + day * DAY, places=1)
        run = planned(one.region, last_day=local_date(one.starts_at))
        office = accounts.officer(role="DISTRICT", region=one.region.parent)
        actions.accept_run(run=run, chosen=None, by=office, now=NOON)
        jobs.send_run(run.pk)
    assert Offer.objects.filter(volunteer=volunteer).count() == 2
    calm, urgent = (
        willing(starts_at=VISIT_AT + n * DAY, places=1, urgency=urgency)
        for n, urgency in ((2, Urgency.NORMAL), (3, Urgency.URGENT))
    )

    run = planned(calm.region, last_day=local_date(urgent.starts_at))

    assert [one.opening for one in queries.proposals_of(run)] == [urgent]
    [left] = queries.unfilled_of(run)
    assert (left.opening, turned_down(left)) == (calm, {"in_peace": 1})


def turned_down(left):
    """Return how many people each rule turned down, of those that turned down any."""
    return {rule: many for rule, many in left.refused.items() if many}


@pytest.mark.parametrize(
    ("rule", "asked"),
    [
        ("skilled", {"skills": {"LAW": 2}}),
        ("speaks", {"skills": {"SHANGHAINESE": 1}}),
        ("credentialed", {"credentials": ["LAWYER"]}),
        ("of_age", {"adults_only": True}),
        ("own_volunteer", {"only_own_volunteers": True}),
        ("willing", {"category": "F"}),
    ],
)
def test_why_a_need_stays_unfilled_is_told_apart(need, rule, asked):
    profile = matching.ready_volunteer().volunteer
    people.set_categories(volunteer=profile, categories=["B"], by=profile.user, now=NOON)
    type(profile).objects.update(is_adult=False, guardian_consent_at=NOON)
    whose = organizations.organization()
    type(need).objects.filter(pk=need.pk).update(**asked, organization=whose)

    [left] = queries.unfilled_of(planned(need.region.parent))

    assert turned_down(left) == {rule: 1}
    assert (left.looked_at, left.fit) == (1, 0)


def test_who_does_not_want_to_be_asked_for_a_kind_for_a_while_is_not_planned_for_it(need):
    user = matching.ready_volunteer()
    pause_kind(user=user, category=need.category, days=7, now=NOON)

    [left] = queries.unfilled_of(planned(need.region.parent))

    assert (left.places, turned_down(left)) == (2, {"willing": 1})


def test_plans_of_before_say_together_what_they_did_not_tell_apart(need):
    matching.ready_volunteer()
    type(need).objects.filter(pk=need.pk).update(skills={"LAW": 1})
    run = planned(need.region.parent)
    del run.answer[0]["unfilled"][0]["lacking"]

    [left] = queries.unfilled_of(run)

    assert turned_down(left) == {"lacking": 1}
    assert "skilled" not in left.refused


def test_a_plan_that_breaks_a_rule_is_not_shown(need, monkeypatch, caplog):
    matching.ready_volunteer()
    monkeypatch.setattr(check, "refusals", lambda *_given: [Reason("not_free", 0.0, {})])

    run = planned(need.region)

    assert (run.state, run.message) == ("FAILED", "error")
    assert "not_free" in caplog.text
