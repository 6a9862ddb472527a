"""How unevenly something is spread over people: the Gini coefficient and the curve of Lorenz (1905)."""

from typing import Any

import numpy as np


def gini(load: Any) -> float:
    """Return how unevenly something is spread, 0 = evenly (0 as well when there is nothing)."""
    ordered = np.sort(np.asarray(load, dtype=np.float64))
    total = float(ordered.sum())
    if not total:
        return 0.0
    rank = np.arange(1, len(ordered) + 1)
    return float((2 * rank - len(ordered) - 1) @ ordered / (len(ordered) * total))


def lorenz(load: Any, steps: int) -> list[float]:
    """Return the share of the whole that the least loaded 0, 1, … ``steps`` of ``steps`` parts of the people
    carry together, along the straight lines between people; where there is nothing, as if evenly."""
    ordered = np.sort(np.asarray(load, dtype=np.float64))
    together = np.concatenate(([0.0], np.cumsum(ordered)))
    asked = np.linspace(0.0, len(ordered), steps + 1)
    if not together[-1]:
        return [float(n) / steps for n in range(steps + 1)]
    shares = np.interp(asked, np.arange(len(together)), together) / together[-1]
    return [float(share) for share in shares]


def carried_by_busiest(load: Any, parts: int = 10) -> float:
    """Return the share of the whole that the busiest of so many ``parts`` of the people carry."""
    return 1.0 - lorenz(load, parts)[-2]
