"""How unevenly something is spread: known values, and what holds for every spread."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.engine.fairness import carried_by_busiest, gini, lorenz

loads = st.lists(st.integers(0, 50), min_size=1, max_size=40)


def test_gini():
    assert gini([0, 0]) == gini([]) == gini([3, 3, 3]) == 0
    assert gini([0, 0, 0, 8]) == 0.75


def test_the_curve_of_a_spread():
    assert lorenz([0, 0, 0, 8], 4) == [0.0, 0.0, 0.0, 0.0, 1.0]
    assert lorenz([4, 1, 3, 2], 2) == pytest.approx([0.0, 0.3, 1.0])
    assert lorenz([1, 3], 4) == pytest.approx([0.0, 0.125, 0.25, 0.625, 1.0])
    assert lorenz([], 2) == lorenz([0, 0, 0], 2) == [0.0, 0.5, 1.0]


def test_what_the_busiest_carry():
    assert carried_by_busiest([0] * 9 + [5]) == 1.0
    assert carried_by_busiest([2] * 20) == pytest.approx(0.1)


@given(loads)
def test_the_curve_rises_lies_below_the_diagonal_and_holds_the_gini(load):
    curve = lorenz(load, len(load))

    steps = [after - before for before, after in pairwise(curve)]
    assert all(b >= a - 1e-9 for a, b in pairwise([0.0, *steps]))
    assert all(share <= n / len(load) + 1e-9 for n, share in enumerate(curve))
    area = sum((a + b) / 2 for a, b in pairwise(curve)) / len(load)
    assert 1 - 2 * area == pytest.approx(gini(load), abs=1e-9)
