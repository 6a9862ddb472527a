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


def cell_share(part: int, whole: int) -> int | None:
    """Return per cent of what a cell counts, under the same rule."""
    return share(part, whole, fewest=FEWEST_IN_A_CELL)
