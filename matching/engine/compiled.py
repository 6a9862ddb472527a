"""Loops that numba compiles, once a machine; with ``NUMBA_DISABLE_JIT=1`` they run as they stand.

Imported by jobs and the command line only: a web process has no use for the seconds that it takes.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return ``function``, compiled when it is first called."""
    made: Callable[P, R] = njit(cache=True)(function)
    return made


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Return ``function``, compiled into whatever compiled function calls it: a call would count references
    to every column that it is handed, which costs more than most of what is done here."""
    made: Callable[P, R] = njit(cache=True, forceinline=True)(function)
    return made
