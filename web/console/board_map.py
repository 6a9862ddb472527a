"""The board's map: street names at their points, needs as pins that do not hide each other, one a place.

Plain geometry, drawn by the server: no tiles, no script. The list beside it says all that it says.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

Place = tuple[float, float]  # (lat, lng)

WIDTH, LEAST_HEIGHT, MOST_HEIGHT = 360.0, 240.0, 520.0
MARGIN = 28.0
DOT = 24.0  # half of what a finger needs: a unit is no less than 0.92 px, so that a pin has 44
LEAST_DEGREES = 0.02  # about 2 km: one street alone is not blown up
LETTER, SIGN, LINE = (
    7.4,
    13.0,
    16.0,
)  # how wide a Latin letter and a Chinese sign are; a line's height
BENEATH = 15.0  # a name's base line under its point
TURNS, RINGS = 12, 14  # where a dot is put that has no room at its point


class Dot(NamedTuple):
    """A place: the numbers in the list of the needs there, where it is drawn, and where it is."""

    numbers: tuple[int, ...]
    x: float
    y: float
    at_x: float
    at_y: float

    @property
    def is_moved(self) -> bool:
        """Say whether a line has to lead to where it is."""
        return math.hypot(self.x - self.at_x, self.y - self.at_y) > 1


class Label(NamedTuple):
    """A name under its point, ``half`` of its width to either side of ``text_x``; without words where
    there was no room for them."""

    words: str
    x: float
    y: float
    text_x: float
    half: float

    def is_hidden_by(self, x: float, y: float) -> bool:
        """Say whether a dot at this point would lie on the words."""
        middle = self.y + BENEATH - LINE / 3
        return abs(x - self.text_x) < self.half + DOT and abs(y - middle) < LINE / 2 + DOT


class Drawing(NamedTuple):
    """All that the template prints, in units of the view box."""

    width: float
    height: float
    dots: list[Dot]
    labels: list[Label]
    others: list[tuple[float, float]]


class _Frame:
    """What lies where on the sheet: a flat map, true at the middle of what is shown."""

    def __init__(self, places: Sequence[Place]) -> None:
        lats, lngs = [p[0] for p in places], [p[1] for p in places]
        self.lat, self.lng = (min(lats) + max(lats)) / 2, (min(lngs) + max(lngs)) / 2
        self.shrink = math.cos(math.radians(self.lat))
        high = max(max(lats) - min(lats), LEAST_DEGREES)
        wide = max((max(lngs) - min(lngs)) * self.shrink, LEAST_DEGREES)
        self.scale = min((WIDTH - 2 * MARGIN) / wide, (MOST_HEIGHT - 2 * MARGIN) / high)
        self.height = max(LEAST_HEIGHT, high * self.scale + 2 * MARGIN)

    def at(self, place: Place) -> tuple[float, float]:
        """Return where ``place`` is drawn."""
        east, north = (place[1] - self.lng) * self.shrink, place[0] - self.lat
        return WIDTH / 2 + east * self.scale, self.height / 2 - north * self.scale

    def holds(self, x: float, y: float, edge: float) -> bool:
        """Say whether what reaches ``edge`` around a point is wholly on the sheet."""
        return edge <= x <= WIDTH - edge and edge <= y <= self.height - edge


def _around(x: float, y: float) -> Iterator[tuple[float, float]]:
    yield x, y
    for ring in range(1, RINGS + 1):
        turns = TURNS * ring // 2
        for turn in range(turns):
            angle = 2 * math.pi * turn / turns
            yield x + ring * DOT * math.cos(angle), y + ring * DOT * math.sin(angle)


def _dots(frame: _Frame, needs: Iterable[tuple[int, Place]], written: Sequence[Label]) -> list[Dot]:
    """Put a dot for all needs of a place there, or beside it where another dot or a name is: at the next
    free point outwards."""
    found: list[Dot] = []

    def is_free(x: float, y: float) -> bool:
        return (
            frame.holds(x, y, DOT + 1)
            and all(math.hypot(x - dot.x, y - dot.y) > 2 * DOT + 4 for dot in found)
            and not any(label.is_hidden_by(x, y) for label in written)
        )

    places: dict[Place, list[int]] = {}
    for number, place in needs:
        places.setdefault(place, []).append(number)
    for place, numbers in places.items():
        at = frame.at(place)
        x, y = next((point for point in _around(*at) if is_free(*point)), at)
        found.append(
            Dot(tuple(numbers), round(x, 1), round(y, 1), round(at[0], 1), round(at[1], 1))
        )
    return found


def _labels(frame: _Frame, names: Iterable[tuple[str, Place]]) -> list[Label]:
    """Write each name under its point where no other name stands."""
    found: list[Label] = []
    for words, place in names:
        x, y = frame.at(place)
        half = sum(SIGN if ord(sign) > 0x2E80 else LETTER for sign in words) / 2
        middle = min(max(x, half + 4), WIDTH - half - 4)
        is_free = 2 * half < WIDTH and not any(
            abs(y - other.y) < LINE and abs(middle - other.text_x) < half + other.half + 4
            for other in found
            if other.words
        )
        found.append(Label(words if is_free else "", round(x, 1), round(y, 1), middle, half))
    return found


def drawn(
    needs: Sequence[tuple[int, Place]],
    names: Sequence[tuple[str, Place]],
    others: Sequence[Place],
) -> Drawing | None:
    """Return the map of numbered ``needs`` over ``names``; ``others`` are needs without a number.

    The sheet holds them all, the names too; None when there is nothing.
    """
    placed, named = [place for _number, place in needs], [place for _name, place in names]
    shown = [*placed, *others, *named]
    if not shown:
        return None
    frame = _Frame(shown)
    around = sorted({(round(x, 1), round(y, 1)) for x, y in map(frame.at, others)})
    labels = _labels(frame, names)
    dots = _dots(frame, needs, [label for label in labels if label.words])
    return Drawing(WIDTH, round(frame.height, 1), dots, labels, around)
