"""A button stands where its deed would be let through: pages ask the rule that the action asks."""

from datetime import timedelta

import pytest

from accounts.states import DeskRole
from help_requests import actions as asking
from matching import actions as matched
from organizations import actions as bodies
from rights.actions import submit_appeal, withdraw_case
from service_records import actions as records
from tests.conftest import Clock
from tests.factories import accounts, help_requests, matching, organizations, service_records
from tests.factories.help_requests import VISIT_AT
from tests.factories.regions import district
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_an_offer_that_clashes_says_so_and_can_only_be_declined(clock: Clock):
    first = matching.offer()
    second = matching.offer(matching.opening(help_requests.visit()), first.volunteer)
    visitor, page = Visitor(first.volunteer), f"/offers/{second.ref}/"
    assert f"{page}accept/" in visitor.see(page)

    matched.accept_offer(offer=first, by=first.volunteer, now=clock.now)

    words = visitor.see(page, "您那时有别的服务", f"{page}decline/")
    assert f"{page}accept/" not in words


def test_an_offer_that_leaves_no_way_between_two_services_says_so(clock: Clock):
    first = matching.offer()
    soon = first.opening.ends_at + timedelta(minutes=10)
    second = matching.offer(matching.opening(help_requests.visit(starts_at=soon)), first.volunteer)
    visitor, page = Visitor(first.volunteer), f"/offers/{second.ref}/"
    visitor.see(page, f"{page}accept/")

    matched.accept_offer(offer=first, by=first.volunteer, now=clock.now)

    assert f"{page}accept/" not in visitor.see(page, "与另一项服务时间太近", f"{page}decline/")


def test_more_time_is_offered_while_there_is_some(clock: Clock):
    offer = matching.offer()
    visitor, page = Visitor(offer.volunteer), f"/offers/{offer.ref}/"
    visitor.see(page, f"{page}extend/")

    matched.extend_offer(offer=offer, by=offer.volunteer, now=clock.now)

    assert f"{page}extend/" not in visitor.see(page, f"{page}accept/")


def test_one_checks_in_around_the_time_and_cancels_until_the_end(clock: Clock):
    task = matching.assignment()
    visitor, page = Visitor(task.volunteer), f"/assignments/{task.ref}/"
    begins, ends = task.opening.starts_at, task.opening.ends_at

    def seen(now):
        clock.to(now)
        words = visitor.see(page)
        return f"{page}check-in/" in words, f"{page}cancel/" in words

    assert seen(begins - timedelta(minutes=61)) == (False, True)
    assert seen(begins - timedelta(minutes=60)) == (True, True)
    assert seen(ends) == (False, False)


def test_one_appeals_within_thirty_days_and_once_at_a_time(clock: Clock):
    row = service_records.approved()
    clock.to(service_records.NEXT_DAY)
    visitor, page = Visitor(row.volunteer), f"/service-records/{row.ref}/"
    visitor.see(page, 'name="claimed_minutes"')

    appeal = submit_appeal(
        record=row,
        reason="MINUTES",
        words="少了",
        claimed_minutes=100,
        by=row.volunteer,
        now=clock.now,
    )
    assert 'name="claimed_minutes"' not in visitor.see(page)
    withdraw_case(case=appeal, by=row.volunteer, now=clock.now)
    visitor.see(page, 'name="claimed_minutes"')
    clock.to(service_records.NEXT_DAY + 31 * DAY)
    assert 'name="claimed_minutes"' not in Visitor(row.volunteer).see(page)


def test_the_residents_side_evaluates_for_thirty_days(clock: Clock):
    row = service_records.proposed()
    visit, task = row.assignment.opening.visit, row.assignment
    page, deed = f"/visits/{visit.ref}/", f"/visits/{visit.ref}/evaluate/{task.ref}/"
    resident, clerk = service_records.resident_of(row), accounts.officer()
    clock.to(service_records.DONE_AT)

    Visitor(resident).see(page, deed)
    assert deed not in Visitor(clerk).see(page)  # sees the visit, and has no say in this
    clock.to(VISIT_AT + 40 * DAY)
    assert deed not in Visitor(resident).see(page)
    clock.to(service_records.DONE_AT)
    records.evaluate(assignment=task, side="RESIDENT", face="GOOD", by=resident, now=clock.now)
    assert deed not in Visitor(resident).see(page)


def test_a_request_is_called_off_by_its_side_and_the_office(clock: Clock):
    body = organizations.organization()
    request = help_requests.accepted(in_charge=body)
    page = f"/help-requests/{request.ref}/"
    deed = f"{page}cancel/"

    Visitor(request.resident.user).see(page, deed)
    Visitor(accounts.officer()).see(page, deed)
    assert deed not in Visitor(body.registered_by).see(page)
    asking.cancel_request(
        request=request, reason="NOT_NEEDED", by=request.resident.user, now=clock.now
    )
    assert deed not in Visitor(request.resident.user).see(page)


def test_a_request_is_answered_by_somebody_else_and_accepted_while_it_can_still_take_place(
    clock: Clock,
):
    request, clerk = help_requests.submitted(), accounts.officer()
    page = f"/console/requests/{request.ref}/"
    accept, refuse = "接受这个求助", f"{page}refuse/"

    Visitor(clerk).see(page, accept, refuse)
    own = help_requests.submitted(accounts.resident(user=clerk))
    assert "/refuse/" not in Visitor(clerk).see(f"/console/requests/{own.ref}/")
    clock.to(VISIT_AT + DAY)
    words = Visitor(clerk).see(page, refuse, "时间已经过了")
    assert accept not in words


def test_a_shift_is_called_off_before_it_begins(clock: Clock):
    shift = organizations.published_project().shifts.get()
    page = f"/org/shifts/{shift.ref}/"
    runner = shift.organization.registered_by

    Visitor(runner).see(page, f"{page}cancel/")
    clock.to(shift.starts_at)
    assert f"{page}cancel/" not in Visitor(runner).see(page)


def test_a_project_is_handed_in_as_a_draft_of_a_verified_organization(clock: Clock):
    project = organizations.project()
    organizations.shift(project)
    page, office = f"/org/projects/{project.ref}/", accounts.officer(DeskRole.DISTRICT, district())
    runner = Visitor(project.organization.registered_by)

    runner.see(page, f"{page}submit/")
    bodies.suspend_organization(
        organization=project.organization, reason="年检未过", by=office, now=clock.now
    )
    assert f"{page}submit/" not in runner.see(page)
