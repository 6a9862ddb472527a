"""What cannot be taken back looks like it, on the page that leads there and on its last button."""

import re
from datetime import timedelta

import pytest

from matching.models import Assignment
from tests.conftest import Clock
from tests.factories import accounts, help_requests, matching, organizations
from tests.factories import service_records as make
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db
WARNING = "govuk-button--warning"


def last_button(page: str) -> str:
    """Return the tag of the button that sends the page's own form."""
    return re.findall(r"<button class=\"govuk-button[^>]*>", page)[-1]


def link_to(page: str, path: str) -> str:
    found = re.search(rf'<a class="([^"]*)" href="{path}"', page)
    assert found, path
    return found[1]


def test_calling_off_a_request_and_a_visit_is_a_warning(clock: Clock):
    visit = help_requests.visit()
    request = visit.request
    me = Visitor(request.resident.user)
    for page, leads in (
        (f"/help-requests/{request.ref}/", f"/help-requests/{request.ref}/cancel/"),
        (f"/visits/{visit.ref}/", f"/visits/{visit.ref}/cancel/"),
    ):
        assert WARNING in link_to(me.see(page), leads)
        assert WARNING in last_button(me.see(leads))
    assert WARNING not in link_to(me.see(f"/visits/{visit.ref}/"), f"/visits/{visit.ref}/move/")


def test_not_again_does_not_look_like_the_evaluation_beside_it(clock: Clock):
    row = make.proposed()
    clock.to(make.DONE_AT)
    visit = row.assignment.opening.visit

    page = Visitor(make.resident_of(row)).see(f"/visits/{visit.ref}/")

    deed = page[page.index(f"/visits/{visit.ref}/not-again/") :]
    assert WARNING in re.findall(r"<button [^>]*>", deed)[0]


def test_a_no_is_a_warning(clock: Clock):
    request = help_requests.submitted()
    path = f"/console/requests/{request.ref}/"
    clerk = Visitor(accounts.officer())

    assert WARNING in link_to(clerk.see(path), f"{path}refuse/")
    assert WARNING in last_button(clerk.see(f"{path}refuse/"))
    assert WARNING not in last_button(clerk.see(f"{path}refer/"))


def test_a_volunteer_who_cannot_come_and_a_shift_called_off_are_warned(clock: Clock):
    task = matching.assignment()
    assert WARNING in last_button(Visitor(task.volunteer).see(f"/assignments/{task.ref}/cancel/"))
    shift = organizations.published_project().shifts.get()
    runs, path = Visitor(shift.organization.registered_by), f"/org/shifts/{shift.ref}/"
    assert WARNING in link_to(runs.see(path), f"{path}cancel/")
    assert WARNING in last_button(runs.see(f"{path}cancel/"))


def test_who_came_is_not_offered_as_absent(clock: Clock):
    row = make.shift_record()
    task = Assignment.objects.get(pk=row.assignment_id)
    shift = task.opening.shift
    clock.to(task.opening.ends_at + timedelta(hours=1))

    page = Visitor(shift.organization.registered_by).see(f"/org/shifts/{shift.ref}/")

    assert f"/org/assignments/{task.ref}/no-show/" not in page
