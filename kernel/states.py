"""State machines as tables: which states there are, and which arrows lead between them."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db import models


class Machine:
    """The states of ``choices`` and the arrows between them; refuses to load when they disagree.

    ``first`` are the states a row may be born in (default: the first of the choices).
    """

    def __init__(
        self,
        choices: type[models.TextChoices],
        arrows: Mapping[Any, Collection[Any]],
        *,
        first: Collection[Any] | None = None,
    ) -> None:
        self.choices = choices
        self.states: tuple[str, ...] = tuple(choices.values)
        self.first: tuple[str, ...] = tuple(
            state for state in self.states if state in set(first or self.states[:1])
        )
        self._arrows = {str(s): frozenset(map(str, targets)) for s, targets in arrows.items()}
        self._check()

    def _check(self) -> None:
        name = self.choices.__name__
        if missing := set(self.states) ^ set(self._arrows):
            raise ValueError(f"{name}: not in both states and table: {sorted(missing)}")
        if unknown := set().union(*self._arrows.values()) - set(self.states):
            raise ValueError(f"{name}: arrows to unknown states: {sorted(unknown)}")
        reached, edge = set(self.first), set(self.first)
        while edge:
            edge = set().union(*(self._arrows[state] for state in edge)) - reached
            reached |= edge
        if lost := set(self.states) - reached:
            raise ValueError(f"{name}: no way leads to {sorted(lost)}")

    def allows(self, source: str, target: str) -> bool:
        """Say whether an arrow leads from ``source`` to ``target``."""
        return target in self._arrows[source]

    def is_final(self, state: str) -> bool:
        """Say whether no arrow leads away from ``state``."""
        return not self._arrows[state]

    def arrows(self) -> Iterator[tuple[str, str]]:
        """Yield ("", first) for every birth, then (source, target), in the order of the states."""
        yield from (("", state) for state in self.first)
        for source in self.states:
            for target in self.states:
                if target in self._arrows[source]:
                    yield source, target


def state_field(machine: Machine, **options: Any) -> "models.CharField[Any, Any]":
    """Return the ``state`` column of a table that moves along ``machine``."""
    return models.CharField(
        max_length=16, choices=machine.choices.choices, default=machine.first[0], **options
    )


def state_is_known(machine: Machine) -> models.CheckConstraint:
    """Return the CHECK that ``state`` is one of the machine's."""
    return models.CheckConstraint(
        name="%(class)s_state_is_known", condition=models.Q(state__in=list(machine.states))
    )
