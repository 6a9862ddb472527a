"""The square that curves and points are drawn in: shares of 0 to 1 both ways, in units of its view box."""

from collections.abc import Iterable

LEFT, TOP, SIDE, FOOT = 12, 12, 320, 30
SHEET = {
    "width": LEFT + SIDE + LEFT,
    "height": TOP + SIDE + FOOT,
    "left": LEFT,
    "top": TOP,
    "right": LEFT + SIDE,
    "foot": TOP + SIDE,
}


def at(x: float, y: float) -> tuple[float, float]:
    """Return where a point of the unit square is drawn."""
    return round(LEFT + x * SIDE, 1), round(TOP + (1 - y) * SIDE, 1)


def path(points: Iterable[tuple[float, float]]) -> str:
    """Return the line through points of the unit square."""
    return "M" + "L".join(f"{x} {y}" for x, y in (at(*point) for point in points))


def percent(share: float | None) -> str:
    """Return a share in words; a dash for none."""
    return "—" if share is None else f"{round(100 * share)} %"
