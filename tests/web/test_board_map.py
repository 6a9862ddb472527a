"""Where the dots of the board's map are drawn: all on the sheet, none over another, none over a name."""

import itertools
import math

from web.console.board_map import DOT, WIDTH, drawn

HERE = (31.23, 121.47)
CORNERS = [("北站街道", (31.25, 121.45)), ("南站街道", (31.21, 121.49))]


def test_nothing_is_drawn_where_there_is_nothing():
    assert drawn([], [], []) is None


def test_a_lone_need_is_where_it_is_and_nothing_leads_to_it():
    sheet = drawn([(1, HERE)], [], [])

    (dot,) = sheet.dots
    assert not dot.is_moved
    assert (dot.x, dot.y) == (WIDTH / 2, sheet.height / 2)


def test_north_is_up_and_east_is_right():
    sheet = drawn([(1, (31.25, 121.45)), (2, (31.21, 121.49))], [], [])

    first, second = sheet.dots
    assert first.y < second.y
    assert first.x < second.x


def test_needs_of_one_place_are_one_dot():
    sheet = drawn([(1, HERE), (2, CORNERS[0][1]), (3, HERE)], CORNERS, [])

    assert [dot.numbers for dot in sheet.dots] == [(1, 3), (2,)]
    assert not sheet.dots[0].is_moved


def near(n: int) -> tuple[float, float]:
    """Return a place beside the others, so near that their dots would lie over each other."""
    return HERE[0] + n * 1e-6, HERE[1]


def test_dots_of_places_that_are_near_stand_beside_each_other():
    sheet = drawn([(n, near(n)) for n in range(12)], CORNERS, [])

    assert all(
        math.hypot(one.x - other.x, one.y - other.y) > 2 * DOT
        for one, other in itertools.combinations(sheet.dots, 2)
    )
    assert all(DOT < dot.x < WIDTH - DOT and DOT < dot.y < sheet.height - DOT for dot in sheet.dots)
    assert sum(dot.is_moved for dot in sheet.dots) == 11


def test_a_name_stays_readable():
    sheet = drawn([(n, place) for n, (_name, place) in enumerate(CORNERS)], CORNERS, [])

    assert [label.words for label in sheet.labels] == ["北站街道", "南站街道"]
    assert not any(label.is_hidden_by(dot.x, dot.y) for label in sheet.labels for dot in sheet.dots)


def test_of_two_names_at_one_point_one_is_written():
    sheet = drawn([], [("北站街道", HERE), ("南站街道", HERE)], [])
    assert [label.words for label in sheet.labels] == ["北站街道", ""]


def test_where_no_room_is_left_dots_lie_at_their_place():
    sheet = drawn([(n, near(n)) for n in range(400)], [], [])
    assert not sheet.dots[-1].is_moved


def test_needs_without_a_number_are_points_once_each():
    sheet = drawn([(1, HERE)], [], [(31.25, 121.45), (31.25, 121.45)])
    assert len(sheet.others) == 1
