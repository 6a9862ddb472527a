"""Figures about people: how few of them could point to somebody."""

FEWEST_IN_A_CELL = 10  # LOOK page 41: cells below ten are not shown


def share(part: int, whole: int, *, fewest: int) -> int | None:
    """Return per cent, 100 only for all of them; None where fewer than ``fewest`` stand behind it."""
    if whole < fewest:
        return None
    return 100 if part == whole else min(99, round(100 * part / whole))


def cell(count: int) -> int | None:
    """Return a count of people or services by area as it is shown: fewer than ten could point to
    somebody whose disability or need the neighbours would then know (PIPL Art 28)."""
    return count if count >= FEWEST_IN_A_CELL else None


def rounded(count: int) -> int | None:
    """Return a count of people as a table tells it whose sums, or whose parts and wholes, are told elsewhere:
    0, or the nearest ten, or None for one to nine. What is rounded tells no difference to the person: a
    small count is not what is left of a sum. Method: cell suppression with rounding (Willenborg and
    de Waal, Elements of Statistical Disclosure Control, 2001, chapters 5 and 9)."""
    if 0 < count < FEWEST_IN_A_CELL:
        return None
    return round(count / FEWEST_IN_A_CELL) * FEWEST_IN_A_CELL


def cell_share(part: int, whole: int) -> int | None:
    """Return per cent of what a cell counts, under the same rule."""
    return share(part, whole, fewest=FEWEST_IN_A_CELL)
