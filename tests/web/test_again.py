"""Gladly again, and not again: the page of a visit says which stands, and lets it be taken back."""

import re

import pytest

from tests.conftest import Clock
from tests.factories import service_records as make
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db


class Door:
    """A resident after a service."""

    def __init__(self, clock: Clock) -> None:
        row = make.proposed()
        clock.to(make.DONE_AT)
        visit, task = row.assignment.opening.visit, row.assignment
        self.visitor = Visitor(make.resident_of(row))
        self.path = f"/visits/{visit.ref}/"
        self.yes, self.no = f"{self.path}again/{task.ref}/", f"{self.path}not-again/{task.ref}/"
        self.name = task.volunteer.volunteer.name

    def offers(self) -> list[str]:
        """Return which of the two can be pressed."""
        page = self.visitor.see(self.path)
        return [path for path in (self.yes, self.no) if f'action="{path}"' in page]

    def take_back(self) -> None:
        """Press the button that stands with what was said; it names the person."""
        page = self.visitor.see(self.path)
        found = re.search(r'action="(/my/(?:wished|not-again)/[^"]+)".*?</form>', page, re.DOTALL)
        assert found
        assert self.name in found[0]
        assert self.visitor.do(found[1], back=self.path) == self.path


@pytest.fixture
def door(clock: Clock) -> Door:
    return Door(clock)


def test_not_again_stands_instead_of_both_buttons_until_it_is_taken_back(door):
    assert door.offers() == [door.yes, door.no]

    door.visitor.do(door.no)

    door.visitor.see(door.path, "您说过以后不再安排")
    assert door.offers() == []
    door.take_back()
    assert door.offers() == [door.yes, door.no]


def test_gladly_again_stands_and_not_again_is_still_open(door):
    door.visitor.do(door.yes)

    door.visitor.see(door.path, "您希望还由这位来")
    assert door.offers() == [door.no]
    door.take_back()
    assert door.offers() == [door.yes, door.no]


def test_nobody_is_listed_under_both(door):
    door.visitor.do(door.yes)
    door.visitor.do(door.no)

    page = door.visitor.see("/my/people/")

    again, not_again = page.split(">希望再次见到<")[1].split(">不再匹配<")
    assert door.name not in again
    assert door.name in not_again
