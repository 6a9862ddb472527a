"""Who is told what: the steps of the chain, one after another."""

import random
import time
from datetime import timedelta

import pytest
from django.utils import translation

from accounts import actions as people
from accounts.models import VolunteerProfile
from accounts.states import DeskRole, ProxyKind, Purpose
from help_requests import actions as requests
from incentives import actions as incentives
from incentives.models import StarLevel
from kernel.events import record
from kernel.models import Event, Session
from kernel.workdays import local_date
from matching import actions as matching
from notifications import actions, handlers, queries
from notifications.events import HEARD
from notifications.models import Dispatch, Notice
from organizations import actions as bodies
from organizations.states import MemberRole
from rights import actions as rights_actions
from service_records import actions as records
from service_records.models import ServiceRecord
from service_records.states import CheckMethod
from tests.conftest import on_postgresql
from tests.factories import (
    accounts,
    help_requests,
    notifications,
    organizations,
    passkeys,
    regions,
    rights,
    service_records,
)
from tests.factories import matching as make_matching
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT
from tests.factories.service_records import DONE_AT, NEXT_DAY
from tests.refused import refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_link_opens")]
OWN_WISH = {"wish": "想去复诊", "wish_source": "OWN_WORDS"}
BY_PHONE = {"channel": "HOTLINE", "call_number": "H1", **OWN_WISH}


# --- the account ---------------------------------------------------------------------------------


def test_signing_in_while_another_session_is_open_is_told(deliver, kinds):
    user = accounts.user()
    later = NOON + timedelta(days=400)
    Session.objects.create(key_index="a", user_id=user.pk, data=b"x", expires_at=later)
    people.set_password(user=user, new="a long passphrase 7", by=user, now=NOON)
    for index in ("b", "c"):
        Session.objects.create(key_index=index, user_id=user.pk, data=b"x", expires_at=later)

    people.enter_with_password(
        address=user.phone, password="a long passphrase 7", ip="::1", now=NOON
    )
    deliver()

    assert kinds(user) == ["password_changed", "signed_in"]


def test_signing_in_here_alone_is_not_told(deliver, kinds):
    user = accounts.user()
    people.set_password(user=user, new="a long passphrase 7", by=user, now=NOON)

    people.enter_with_password(
        address=user.phone, password="a long passphrase 7", ip="::1", now=NOON
    )
    deliver()

    assert kinds(user) == ["password_changed"]


def test_second_factors_that_come_and_go_are_told(deliver, kinds):
    user = accounts.user()
    kept: list[str] = []

    people.add_app(user=user, keep=lambda: kept.append("app"), passed=False, by=user, now=NOON)
    key = passkeys.passkey(user, passed=True)
    people.remove_passkey(passkey=key, passed=True, but="", by=user, now=NOON)
    deliver()

    assert kept == ["app"]
    assert kinds(user) == ["factor_added", "factor_added", "factor_removed"]


def test_nobody_sets_up_an_app_for_somebody_else():
    one, other = accounts.user(), accounts.user()
    kept: list[str] = []

    with refused("not_yours"):
        people.add_app(user=one, keep=lambda: kept.append("app"), passed=True, by=other, now=NOON)

    assert kept == []


@pytest.mark.parametrize(
    ("serial", "kind"), [(None, "identity_verified"), (902, "identity_refused")]
)
def test_the_answer_about_an_identity_is_told(deliver, kinds, serial, kind):
    person = accounts.user()
    accounts.volunteer(user=person, verified=False)
    claim = accounts.claim(person)
    outcome = "MATCH" if serial is None else "NO_RECORD"
    answer = accounts.Answer(accounts.Outcome(outcome), "demo", "x", "two-factor")

    people.answer_identity(verification=claim, answer=answer, now=NOON)
    deliver()

    assert kinds(person) == [kind]


@pytest.mark.parametrize("accept", [True, False])
def test_the_decision_about_a_credential_is_told(deliver, kinds, accept):
    credential = accounts.credential(accounts.volunteer())
    people.decide_credential(
        credential=credential, accept=accept, reason="不清楚", by=accounts.officer(), now=NOON
    )
    deliver()

    kind = "credential_valid" if accept else "credential_refused"
    assert kinds(credential.volunteer.user)[-1] == kind


def test_a_credential_that_ran_out_is_told(deliver, kinds):
    credential = accounts.credential(accounts.volunteer())
    people.decide_credential(
        credential=credential, accept=True, reason="", by=accounts.officer(), now=NOON
    )
    people.expire_papers(now=NOON + timedelta(days=400))
    deliver(NOON + timedelta(days=400))

    assert kinds(credential.volunteer.user)[-1] == "credential_expired"


def test_a_grant_is_told_to_both_sides(deliver, kinds):
    resident, proxy = accounts.resident(), accounts.user()
    grant = people.submit_grant(
        resident=resident,
        proxy=proxy,
        kind=ProxyKind.FAMILY,
        evidence="户口本",
        valid_until=local_date(NOON) + timedelta(days=30),
        by=proxy,
        now=NOON,
    )
    deliver()
    people.decide_grant(grant=grant, accept=True, reason="", by=accounts.officer(), now=NOON)
    deliver()
    people.withdraw_grant(grant=grant, by=resident.user, now=NOON)
    deliver()

    assert kinds(resident.user) == [
        "grant_asked",
        "grant_valid",
    ]  # the last deed was the resident's
    assert kinds(proxy) == ["grant_valid", "grant_ended"]


def test_a_post_and_a_pause_are_told(deliver, kinds):
    desk = accounts.desk(DeskRole.STREET, regions.street())
    profile = accounts.volunteer()
    district = accounts.officer(DeskRole.DISTRICT, regions.district())
    people.suspend_volunteer(volunteer=profile, reason="查证", by=district, now=NOON)
    deliver()
    people.restore_volunteer(volunteer=profile, by=district, now=NOON)
    people.end_desk(desk=desk, ends_on=local_date(NOON), by=None, now=NOON)
    deliver()

    assert kinds(desk.user) == ["desk_granted", "desk_ended"]
    assert kinds(profile.user)[-2:] == ["volunteer_suspended", "volunteer_restored"]


# --- asking for help -----------------------------------------------------------------------------


def test_resident_and_proxy_get_a_receipt_and_the_street_its_task(deliver, kinds):
    clerk = accounts.officer()
    resident = accounts.resident()
    proxy = accounts.grant(resident).proxy

    request = help_requests.submitted(resident, by=proxy, **OWN_WISH)
    deliver()

    assert kinds(resident.user) == ["request_received"]
    assert kinds(proxy)[-1] == "request_received"
    assert kinds(clerk)[-1] == "request_to_answer"
    links = {notice.user: notice.link for notice in Notice.objects.filter(kind__startswith="req")}
    assert links[resident.user] == f"/help-requests/{request.ref}/"
    assert links[clerk] == f"/console/requests/{request.ref}/"


def test_facts_name_nobody(deliver):
    help_requests.submitted(wish="想去看膝盖")
    deliver()

    notice = Notice.objects.get(kind="request_received")

    assert set(notice.facts) == {"number", "what", "starts_at", "due_at"}


@pytest.mark.parametrize("answer", ["refuse", "refer", "cancel"])
def test_every_answer_is_told(deliver, kinds, answer):
    request = help_requests.submitted()
    clerk = accounts.officer()
    deliver()
    if answer == "refuse":
        requests.refuse_request(request=request, reason="OTHER", words="做不了", by=clerk, now=NOON)
    elif answer == "refer":
        requests.refer_request(request=request, words="请找医院社工", by=clerk, now=NOON)
    else:
        requests.cancel_request(request=request, reason="MISTAKE", by=clerk, now=NOON)
    deliver()

    kind = {"refuse": "request_refused", "refer": "request_referred"}.get(
        answer, "request_cancelled"
    )
    assert kinds(request.resident.user) == ["request_received", kind]


def test_who_did_it_is_not_told_of_it(deliver, kinds):
    request = help_requests.submitted()
    deliver()

    requests.cancel_request(request=request, reason="MISTAKE", by=request.resident.user, now=NOON)
    deliver()

    assert kinds(request.resident.user) == ["request_received"]


def test_a_visit_called_off_with_its_request_is_told_once(deliver, kinds):
    request = help_requests.accepted()
    deliver()
    requests.cancel_request(request=request, reason="OTHER", by=request.answered_by, now=NOON)
    deliver()

    assert kinds(request.resident.user)[-1] == "request_cancelled"
    assert "visit_cancelled" not in kinds(request.resident.user)


def test_one_visit_of_a_series_called_off_is_told_by_itself(deliver, kinds):
    request = help_requests.accepted(
        is_weekly=True, repeats_until=local_date(NOON) + timedelta(days=28)
    )
    requests.cancel_visit(
        visit=request.visits.first(), reason="OTHER", by=request.answered_by, now=NOON
    )
    deliver()

    assert kinds(request.resident.user)[-1] == "visit_cancelled"


def test_a_resident_without_account_gets_texts_of_what_must_be_known(deliver):
    operator = accounts.officer(DeskRole.OPERATOR)
    caller = accounts.resident(user=None, phone="13911112222", by=operator)

    request = help_requests.submitted(caller, by=operator, **BY_PHONE)
    deliver()
    clerk = accounts.officer(region=request.region)
    requests.accept_request(request=request, by=clerk, now=NOON)
    deliver()

    texts = Dispatch.objects.filter(user__isnull=True).select_related("key").order_by("pk")
    assert [(text.kind, text.address) for text in texts] == [
        ("request_received", "13911112222"),
        ("request_accepted", "13911112222"),
    ]
    assert all(text.key == caller.key for text in texts)


def test_a_resident_without_account_and_phone_is_reached_by_nobody(deliver):
    operator = accounts.officer(DeskRole.OPERATOR)
    caller = accounts.resident(user=None, by=operator)

    help_requests.submitted(caller, by=operator, **BY_PHONE)
    deliver()

    assert not Dispatch.objects.filter(user__isnull=True).exists()


# --- matching ------------------------------------------------------------------------------------


def test_offer_task_and_match_are_told(deliver, kinds):
    offer = make_matching.offer()
    resident = offer.opening.visit.request.resident.user
    deliver()
    assert kinds(offer.volunteer)[-1] == "offer"

    matching.accept_offer(offer=offer, by=offer.volunteer, now=NOON)
    deliver()

    assert kinds(offer.volunteer)[-1] == "task_made"
    assert kinds(resident)[-1] == "visit_matched"


def test_an_offer_that_was_answered_meanwhile_is_not_told_any_more(deliver, kinds):
    offer = make_matching.offer()
    matching.accept_offer(offer=offer, by=offer.volunteer, now=NOON)

    deliver()

    assert "offer" not in kinds(offer.volunteer)


def test_offers_that_run_out_or_are_taken_back_are_told(deliver, kinds):
    opening = make_matching.opening()
    first, second = make_matching.offer(opening), make_matching.offer(opening)
    deliver()
    matching.accept_offer(offer=second, by=second.volunteer, now=NOON)
    third = make_matching.offer()
    matching.expire_offers(now=third.expires_at)
    deliver(third.expires_at)

    assert kinds(first.volunteer)[-1] == "offer_withdrawn"
    assert kinds(third.volunteer)[-1] == "offer_expired"


def test_a_volunteer_who_cannot_come_leaves_the_resident_told_and_the_desk_asked(deliver, kinds):
    task = make_matching.assignment()
    visit = task.opening.visit
    clerk = accounts.officer()
    deliver()

    matching.cancel_assignment(assignment=task, reason="病了", by=task.volunteer, now=NOON)
    deliver()

    assert kinds(visit.request.resident.user)[-1] == "visit_opened_again"
    assert "task_cancelled" not in kinds(task.volunteer)
    assert "opening_escalated" in kinds(clerk)


def test_where_nobody_is_found_the_street_is_told_first_and_later_the_district(deliver, kinds):
    need = make_matching.opening()
    street, district = accounts.officer(), accounts.officer("DISTRICT", need.region.parent)
    matching.send_wave(opening=need, now=NOON)
    deliver()
    assert "opening_escalated" in kinds(street)
    assert "opening_escalated" not in kinds(district)

    later = NOON + timedelta(hours=4)
    matching.ask_again(now=later)
    deliver(later)

    assert kinds(street).count("opening_escalated") == 1
    assert kinds(district)[-1] == "opening_escalated"


def test_the_office_is_told_who_could_come_from_farther_away(deliver):
    resident = accounts.resident()
    people.give_consent(
        subject=resident, purpose=Purpose.MATCHING, text_version="1", by=resident.user, now=NOON
    )
    need = make_matching.opening(help_requests.visit(resident))
    far = make_matching.ready_volunteer()
    place = {"lat": need.lat + 4.5 / 111.2, "lng": need.lng}
    VolunteerProfile.objects.filter(user=far).update(**place, radius_m=3000)
    matching.post(volunteers=[far.volunteer.pk], now=NOON)
    street = accounts.officer()
    matching.send_wave(opening=need, now=NOON)
    deliver()

    notice = Notice.objects.get(kind="opening_escalated", user=street)

    with translation.override("en"):
        assert "1 person more could go" in queries.rendered(notice).text


def test_a_task_called_off_by_the_desk_is_told_the_volunteer(deliver, kinds):
    task = make_matching.assignment()
    deliver()

    matching.cancel_assignment(
        assignment=task, reason="改由街道处理", by=accounts.officer(), now=NOON
    )
    deliver()

    assert kinds(task.volunteer)[-1] == "task_cancelled"


def test_a_moved_visit_is_told_to_who_comes_and_who_waits(deliver, kinds):
    task = make_matching.assignment()
    visit = task.opening.visit
    clerk = accounts.officer()
    deliver()

    requests.move_visit(visit=visit, starts_at=VISIT_AT + timedelta(hours=1), by=clerk, now=NOON)
    deliver()

    assert kinds(task.volunteer)[-1] == "task_moved"
    assert kinds(visit.request.resident.user)[-1] == "visit_moved"
    moved = Notice.objects.get(kind="task_moved")
    assert moved.link == f"/assignments/{task.ref}/"


def test_a_no_show_is_told_the_volunteer_and_the_desk(deliver, kinds):
    task = make_matching.assignment()
    clerk = accounts.officer()
    late = VISIT_AT + timedelta(hours=1)

    matching.mark_no_show(assignment=task, by=task.opening.visit.request.resident.user, now=late)
    deliver(late)

    assert "no_show" in kinds(task.volunteer)
    assert "no_show_office" in kinds(clerk)


def test_a_no_show_at_a_shift_is_told_the_volunteer_alone(deliver, kinds):
    task = make_matching.application().opening.assignments.get()
    clerk = accounts.officer()
    late = task.opening.starts_at + timedelta(hours=1)
    manager = task.opening.organization.registered_by

    matching.mark_no_show(assignment=task, by=manager, now=late)
    deliver(late)

    assert "no_show" in kinds(task.volunteer)
    assert "no_show_office" not in kinds(clerk)


def test_a_draft_thrown_away_by_the_proxy_is_told_the_resident(deliver, kinds):
    resident = accounts.resident()
    proxy = accounts.grant(resident).proxy
    draft = help_requests.draft(resident, by=proxy, starts_at=None)

    requests.cancel_request(request=draft, reason="MISTAKE", by=proxy, now=NOON)
    deliver()

    assert kinds(resident.user)[-1] == "request_cancelled"
    assert set(Notice.objects.get(kind="request_cancelled").facts) == {"number", "what"}


def test_an_unfilled_visit_is_told(deliver, kinds):
    opening = make_matching.opening()
    clerk = accounts.officer()
    matching.close_past_openings(now=opening.ends_at + timedelta(days=2))
    deliver(opening.ends_at + timedelta(days=2))

    assert "visit_unfilled" in kinds(opening.visit.request.resident.user)
    assert "visit_unfilled_office" in kinds(clerk)


# --- organizations and shifts --------------------------------------------------------------------


def test_an_organization_and_its_project_are_told_each_step(deliver, kinds):
    office = accounts.officer(DeskRole.DISTRICT, regions.district())
    body = organizations.organization(verified=False)
    manager = body.registered_by
    deliver()
    bodies.decide_organization(organization=body, accept=True, reason="", by=office, now=NOON)
    project = organizations.project(body)
    organizations.shift(project)
    deliver()
    bodies.submit_project(project=project, by=manager, now=NOON)
    deliver()
    bodies.return_project(project=project, reason="请写清地点", by=office, now=NOON)
    deliver()
    bodies.submit_project(project=project, by=manager, now=NOON)
    bodies.publish_project(project=project, by=office, now=NOON)
    deliver()
    bodies.suspend_organization(organization=body, reason="查证", by=office, now=NOON)
    deliver()

    assert kinds(manager) == [
        "organization_verified",
        "project_returned",
        "project_published",
        "organization_suspended",
    ]
    assert kinds(office)[1:] == ["organization_to_verify", "project_to_check"]


def test_a_refused_organization_is_told(deliver, kinds):
    body = organizations.organization(verified=False)
    office = accounts.officer(DeskRole.DISTRICT, regions.district())

    bodies.decide_organization(
        organization=body, accept=False, reason="材料不全", by=office, now=NOON
    )
    deliver()

    assert kinds(body.registered_by) == ["organization_refused"]


def test_posts_in_an_organization_are_told(deliver, kinds):
    body = organizations.organization()
    post = organizations.membership(body, MemberRole.VOLUNTEER, confirmed=False)
    deliver()
    bodies.end_membership(
        membership=post, ends_on=local_date(NOON), by=body.registered_by, now=NOON
    )
    deliver()

    assert kinds(post.user) == ["membership_offered", "membership_ended"]


def test_applications_are_told_to_who_asked_and_who_runs_it(deliver, kinds):
    opening = make_matching.shift_opening(auto_accept=False)
    manager = opening.organization.registered_by
    accepted, refused = (make_matching.application(opening) for _volunteer in range(2))
    deliver()
    assert kinds(manager)[-2:] == ["application_to_decide"] * 2

    matching.accept_application(application=accepted, by=manager, now=NOON)
    matching.refuse_application(application=refused, reason="人够了", by=manager, now=NOON)
    deliver()

    assert kinds(accepted.volunteer)[-1] == "application_accepted"
    assert kinds(refused.volunteer)[-1] == "application_refused"
    told = Notice.objects.filter(kind="application_to_decide").first()
    assert told.link == f"/org/shifts/{opening.shift.ref}/"


def test_who_waits_is_told_and_promoted_and_the_runners_hear_of_a_free_place(deliver, kinds):
    opening = make_matching.shift_opening()
    manager = opening.organization.registered_by
    first = make_matching.application(opening)
    for _other in range(3):
        make_matching.application(opening)
    waiting = make_matching.application(opening)
    deliver()
    assert kinds(waiting.volunteer)[-1] == "application_waiting"

    task = opening.assignments.get(volunteer=first.volunteer)
    matching.cancel_assignment(assignment=task, reason="有事", by=task.volunteer, now=NOON)
    deliver()

    assert kinds(waiting.volunteer)[-1] == "application_promoted"
    assert "task_given_back" in kinds(manager)


def test_a_moved_shift_is_told_to_who_comes_and_who_waits_but_more_places_are_not(deliver, kinds):
    opening = make_matching.shift_opening()
    shift, manager = opening.shift, opening.organization.registered_by
    applications = [make_matching.application(opening) for _volunteer in range(5)]
    deliver()
    times = {"starts_at": shift.starts_at, "ends_at": shift.ends_at}
    bodies.change_shift(shift=shift, **times, places=4, by=manager, now=NOON)
    deliver()
    assert not Notice.objects.filter(kind="task_moved").exists()

    later = {name: at + timedelta(hours=1) for name, at in times.items()}
    bodies.change_shift(shift=shift, **later, places=4, by=manager, now=NOON)
    deliver()

    assert [kinds(one.volunteer)[-1] for one in applications] == ["task_moved"] * 5


def test_a_shift_called_off_is_told_to_all(deliver, kinds):
    opening = make_matching.shift_opening()
    applications = [make_matching.application(opening) for _volunteer in range(5)]
    deliver()

    bodies.cancel_shift(
        shift=opening.shift, reason="下雨", by=opening.organization.registered_by, now=NOON
    )
    deliver()

    last = [kinds(one.volunteer)[-1] for one in applications]
    assert last == ["task_cancelled"] * 4 + ["application_lapsed"]


def test_a_shift_nobody_can_apply_for_yet_tells_nobody(deliver):
    project = organizations.project()
    shift = organizations.shift(project)
    times = {"starts_at": shift.starts_at, "ends_at": shift.ends_at + timedelta(hours=1)}

    bodies.change_shift(
        shift=shift, **times, places=4, by=project.organization.registered_by, now=NOON
    )
    deliver()

    assert not Notice.objects.filter(kind="task_moved").exists()


# --- service and what it earns -------------------------------------------------------------------


def test_service_is_told_from_check_in_to_approval(deliver, kinds):
    record = service_records.open_record()
    volunteer, resident = record.volunteer, service_records.resident_of(record)
    deliver(VISIT_AT)
    records.check_out(assignment=record.assignment, by=volunteer, now=DONE_AT)
    deliver(DONE_AT)
    record.refresh_from_db()
    records.confirm_record(record=record, by=resident, now=DONE_AT)
    deliver(DONE_AT)
    reviewer = accounts.officer(DeskRole.REVIEWER)
    records.approve_hours(record=record, by=reviewer, now=NEXT_DAY)
    deliver(NEXT_DAY)

    assert kinds(resident)[-3:] == ["visit_started", "visit_completed", "request_closed"]
    assert kinds(volunteer)[-3:] == ["record_confirmed", "record_approved", "points_awarded"]


def test_returned_hours_are_told_to_volunteer_and_recorder(deliver, kinds):
    record = service_records.returned()
    deliver(NEXT_DAY)

    assert kinds(record.volunteer)[-1] == "record_returned"
    assert kinds(service_records.resident_of(record))[-1] == "record_returned"


def test_hours_held_for_a_second_look_are_told(deliver, kinds):
    record = service_records.proposed()
    ServiceRecord.objects.filter(pk=record.pk).update(evidence="DECLARED")
    record.refresh_from_db()

    reviewer = accounts.officer(DeskRole.REVIEWER)
    records.approve_hours(record=record, by=reviewer, now=NEXT_DAY)
    deliver(NEXT_DAY)

    assert kinds(record.volunteer)[-1] == "record_held"


def test_a_forgotten_check_out_is_told(deliver, kinds):
    record = service_records.open_record()
    late = VISIT_AT + timedelta(hours=5)

    records.force_close_open(now=late)
    deliver(late)

    assert kinds(record.volunteer)[-1] == "record_forced"
    assert "visit_completed" in kinds(service_records.resident_of(record))
    assert not Notice.objects.filter(kind="hours_to_confirm").exists()


def test_where_no_side_can_confirm_the_desk_is_asked(deliver, kinds):
    operator, clerk = accounts.officer(DeskRole.OPERATOR), accounts.officer()
    caller = accounts.resident(user=None, by=operator)
    visit = help_requests.visit(caller, by=operator, **BY_PHONE)
    task = make_matching.assignment(make_matching.opening(visit))

    service_records.unconfirmed(task)
    deliver(DONE_AT)

    assert kinds(clerk)[-1] == "hours_to_confirm"


def test_the_hours_of_a_shift_are_confirmed_by_who_runs_it(deliver, kinds):
    task = make_matching.application().opening.assignments.get()
    manager = task.opening.organization.registered_by
    begins, ends = task.opening.starts_at, task.opening.ends_at
    marked = {"assignment": task, "method": CheckMethod.COORDINATOR, "by": manager}
    records.check_in(**marked, now=begins)
    deliver(begins)
    records.check_out(assignment=task, by=task.volunteer, now=ends)
    deliver(ends)

    assert kinds(manager)[-1] == "hours_to_confirm"


def test_that_an_evaluation_was_given_is_told_and_not_what_it_says(deliver, kinds):
    record = service_records.approved()
    task, resident = record.assignment, service_records.resident_of(record)
    deliver(NEXT_DAY)
    given = {"assignment": task, "now": NEXT_DAY}

    records.evaluate(**given, side="VOLUNTEER", by=task.volunteer, face="GOOD")
    deliver(NEXT_DAY)
    assert "evaluated" not in kinds(task.volunteer) + kinds(resident)
    records.evaluate(
        **given, side="RESIDENT", by=resident, face="BAD", punctuality=1, words="来晚了"
    )
    deliver(NEXT_DAY)

    assert kinds(task.volunteer)[-1] == "evaluated"
    notice = Notice.objects.get(kind="evaluated")
    assert set(notice.facts) == {"what", "starts_at", "ends_at"}
    assert notice.link == f"/assignments/{task.ref}/"
    assert not Dispatch.objects.filter(kind="evaluated", channel="SMS").exists()


def test_proofs_and_points_are_told(deliver, kinds):
    record = service_records.approved()
    volunteer = record.volunteer
    deliver(NEXT_DAY)
    incentives.issue_proof(
        volunteer=volunteer.volunteer,
        starts_on=record.service_on,
        ends_on=record.service_on,
        language="zh-hans",
        by=volunteer,
        now=NEXT_DAY,
    )
    incentives.redeem(user=volunteer, points=1, once="a", by=volunteer, now=NEXT_DAY)
    deliver(NEXT_DAY)

    assert kinds(volunteer)[-2:] == ["proof_issued", "points_redeemed"]


# --- when something is wrong ---------------------------------------------------------------------


def test_an_appeal_is_told_until_the_hours_are_corrected(deliver, kinds):
    appeal, handler, second = rights.appeal(), rights.handler(), rights.handler()
    deliver(NEXT_DAY)
    steps = {"case": appeal, "by": handler, "now": NEXT_DAY}
    rights_actions.acknowledge(**steps)
    rights_actions.take_in_hand(**steps)
    rights_actions.extend_case(**steps)
    rights_actions.conclude(**steps, outcome="PARTLY", words="部分成立", minutes=100)
    deliver(NEXT_DAY)
    rights_actions.ask_review(case=appeal, by=appeal.by, now=NEXT_DAY)
    deliver(NEXT_DAY)

    own = [kind for kind in kinds(appeal.by) if kind.startswith(("case", "record_cor", "points"))]
    assert own == [
        "case_received",
        "points_awarded",
        "case_acknowledged",
        "case_taken",
        "case_extended",
        "case_concluded",
        "record_corrected",
        "points_reversed",
        "points_awarded",
    ]
    assert [k for k in kinds(handler) if k.startswith("case")] == [
        "case_to_handle",
        "case_to_review",
    ]
    assert kinds(second)[-1] == "case_to_review"


def test_a_case_goes_to_who_may_appoint_a_handler_where_there_is_none(deliver, kinds):
    office = accounts.officer(DeskRole.DISTRICT, regions.district())

    rights.complaint()
    deliver()

    assert kinds(office)[-1] == "case_to_handle"


def test_a_complaint_without_account_tells_the_handler_only(deliver, kinds):
    handler = rights.handler()

    complaint = rights.complaint(by=None)
    deliver()
    rights_actions.acknowledge(case=complaint, by=handler, now=NOON)
    deliver()

    assert kinds(handler)[-1] == "case_to_handle"
    assert not Notice.objects.filter(kind="case_received").exists()


def test_a_case_taken_back_or_closed_is_told(deliver, kinds):
    handler = rights.handler()
    taken_back, decided = rights.complaint(), rights.complaint()
    rights_actions.acknowledge(case=taken_back, by=handler, now=NOON)
    rights_actions.acknowledge(case=decided, by=handler, now=NOON)
    rights_actions.withdraw_case(case=taken_back, by=taken_back.by, now=NOON)
    rights_actions.conclude(case=decided, outcome="UPHELD", words="成立", by=handler, now=NOON)
    rights_actions.close_settled(now=NOON + timedelta(days=40))
    deliver(NOON + timedelta(days=40))

    assert kinds(handler)[-1] == "case_withdrawn"
    assert kinds(decided.by)[-1] == "case_closed"


def test_an_overdue_case_is_told_to_its_handler_and_one_level_up(deliver, kinds):
    handler, above = rights.handler(), rights.handler(region=regions.district())
    top = rights.handler(region=regions.city())
    complaint = rights.complaint()
    rights_actions.acknowledge(case=complaint, by=handler, now=NOON)
    rights_actions.note_overdue_cases(now=NOON + timedelta(days=61))
    deliver(NOON + timedelta(days=61))

    assert kinds(handler)[-1] == "case_overdue"
    assert kinds(above)[-1] == "case_overdue"
    assert "case_overdue" not in kinds(top)


def test_an_overdue_case_with_nobody_above_stays_with_who_is_there(deliver, kinds):
    handler = rights.handler()
    rights.complaint()
    rights_actions.note_overdue_cases(now=NOON + timedelta(days=61))
    deliver(NOON + timedelta(days=61))

    assert kinds(handler)[-1] == "case_overdue"


def test_an_incident_reaches_the_street_and_who_runs_the_shift_at_once(deliver, kinds):
    clerk = accounts.officer()
    task = make_matching.application().opening.assignments.get()
    manager = task.opening.organization.registered_by

    incident = rights.incident(assignment=task, by=task.volunteer)
    deliver()
    rights_actions.take_incident(incident=incident, by=clerk, now=NOON)
    deliver()
    rights_actions.close_incident(incident=incident, words="已处理", by=clerk, now=NOON)
    deliver()

    assert kinds(clerk)[-1] == "incident_reported"
    assert kinds(manager)[-1] == "incident_reported"
    assert kinds(incident.by)[-3:] == ["incident_received", "incident_taken", "incident_closed"]


def test_an_overdue_incident_goes_one_level_up(deliver, kinds):
    clerk = accounts.officer()
    district = accounts.officer(DeskRole.DISTRICT, regions.district())
    rights.incident()
    late = NOON + timedelta(hours=49)
    rights_actions.note_overdue_incidents(now=late)
    deliver(late)

    assert kinds(clerk)[-1] == "incident_overdue"
    assert kinds(district)[-1] == "incident_overdue"


# --- once only (GUARDS I14) ----------------------------------------------------------------------


def test_events_delivered_three_times_in_any_order_tell_everybody_once(deliver):
    appeal, handler = rights.appeal(), rights.handler()
    rights_actions.acknowledge(case=appeal, by=handler, now=NEXT_DAY)
    rights.complaint(by=None)
    operator = accounts.officer(DeskRole.OPERATOR)
    caller = accounts.resident(user=None, phone="13911112222", by=operator)
    help_requests.submitted(caller, by=operator, **BY_PHONE)
    deliver(NEXT_DAY)

    def state():
        notices = Notice.objects.order_by("once").values_list("once", "kind", "user", "link")
        messages = Dispatch.objects.order_by("pk").values_list("pk", "notice", "once")
        return list(notices), list(messages)

    before = state()
    again = [event for event in Event.objects.filter(name__in=HEARD) for _time in range(3)]
    random.Random(7).shuffle(again)

    for event in again:
        handlers.on_event(event, NEXT_DAY)

    assert state() == before


def test_somebody_told_before_under_the_same_key_is_not_told_again():
    notice = notifications.notice(once="the same")

    again = actions.tell(
        user=notice.user, kind=notice.kind, facts={}, link="", once="the same", now=NOON
    )

    assert again is None
    assert Notice.objects.count() == 1


def test_who_was_erased_is_told_nothing():
    event = Event.objects.filter(subject_id=help_requests.submitted().pk, name="request.submitted")
    scene = queries.scene_of(event.get())
    user = scene.resident.user
    user.erased_at = NOON

    told = queries.told("SIDE", scene, now=NOON)

    assert told == []


@pytest.mark.parametrize(("lost", "kind"), [(None, "stars_reached"), (NOON, "stars_lost")])
def test_a_star_is_told_as_it_stands(deliver, kinds, lost, kind):
    star = StarLevel.objects.create(
        volunteer=accounts.user(), stars=1, reached_at=NOON, lost_at=lost
    )
    for name in ("stars.reached", "stars.lost"):
        record(name, subject=star, by=None, at=NOON)

    deliver()

    assert kinds(star.volunteer) == [kind]


# --- the cursor (a key is seen in the order it was given) ------------------------------------------


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_cursor_misses_no_notice_of_eight_tellers_at_once(race):
    user, seen = accounts.user(), []

    def act(number):
        if number:  # seven tell, one reads all the while
            for turn in range(5):
                notifications.notice(user, once=f"{number}:{turn}")
            return
        end = time.monotonic() + 20
        while len(seen) < 35 and time.monotonic() < end:
            cursor = seen[-1] if seen else 0
            seen.extend(queries.notices_after(user, cursor).values_list("pk", flat=True))

    results = race(8, act)

    assert results == [None] * 8
    assert seen == sorted(Notice.objects.values_list("pk", flat=True))


def test_returned_hours_are_told_to_who_confirmed_them_where_they_can_hand_them_in_again(deliver):
    by_body = service_records.shift_record()
    runs = by_body.organization.registered_by
    at_desk = service_records.unconfirmed()
    clerk = accounts.officer(region=at_desk.region)
    reviewers = [accounts.officer(DeskRole.REVIEWER, row.region) for row in (by_body, at_desk)]
    links = {}
    for row, confirmer, reviewer in zip((by_body, at_desk), (runs, clerk), reviewers, strict=True):
        records.confirm_record(record=row, by=confirmer, now=NEXT_DAY)
        records.return_hours(
            record=row, reason="MINUTES", words="时间对不上", by=reviewer, now=NEXT_DAY
        )
        deliver(NEXT_DAY)
        notice = Notice.objects.get(user=confirmer, kind="record_returned")
        links[confirmer] = notice.link

    assert links == {
        runs: f"/org/records/{by_body.ref}/",
        clerk: f"/console/records/{at_desk.ref}/",
    }
