"""What a report shows of people: nothing that is true of fewer than ten (LOOK page 41)."""

import pytest

from accounts.rules import figures


@pytest.mark.parametrize(("count", "shown"), [(0, None), (9, None), (10, 10), (11, 11)])
def test_a_cell_of_fewer_than_ten_is_not_shown(count, shown):
    assert figures.cell(count) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"), [(0, 0, None), (9, 9, None), (5, 10, 50), (1, 12, 8)]
)
def test_nor_is_a_share_of_fewer(part, whole, shown):
    assert figures.cell_share(part, whole) == shown


@pytest.mark.parametrize(("whole", "shown"), [(4, None), (5, 60)])
def test_another_rule_has_another_threshold(whole, shown):
    assert figures.share(3, whole, fewest=5) == shown


@pytest.mark.parametrize(("part", "shown"), [(200, 100), (199, 99), (198, 99), (0, 0)])
def test_a_share_is_whole_only_when_nothing_is_missing(part, shown):
    assert figures.share(part, 200, fewest=5) == shown
