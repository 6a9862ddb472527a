"""What would find more people for a need, in words."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.states import SkillCode, SkillLevel
from matching.queries.widening import MOST, key_of

DAY = 24  # hours


class Other(NamedTuple):
    """One thing that could be otherwise, about how many people more there would be, and its key."""

    words: str
    people: int
    key: str

    @property
    def said(self) -> str:
        """Return the number in words; it was counted roughly, and not beyond ``MOST``."""
        if self.people >= MOST:
            return _("%(n)d or more") % {"n": MOST}
        return _("about %(n)d") % {"n": self.people}


def others(found: dict[str, Any]) -> list[Other]:
    """Return what ``queries.widening`` found, the most people first."""
    told = [
        (what, *said)
        for what, counts in found.items()
        for said in (counts if isinstance(counts, list) else [[counts]])
    ]
    lines = [
        Other(in_words(what, said), people, key_of(what, said)) for what, *said, people in told
    ]
    return sorted(lines, key=lambda line: -line.people)


def in_words(what: str, said: Sequence[Any]) -> str:
    """Return in words what is otherwise, of what is said of it (``Change`` of ``queries.widening``)."""
    if what == "radius":
        return _("%(km)d km farther than they chose") % {"km": said[0]}
    if what == "hour":
        return _shifted(said[0])
    if what == "skill":
        return _less(*said)
    if what == "gender":
        return _("without the wish for a woman or a man")
    return _("people who did not choose this kind of help")


def _shifted(hours: int) -> str:
    if abs(hours) == DAY:
        return _("a day earlier") if hours < 0 else _("a day later")
    if hours < 0:
        told = ngettext("%(n)d hour earlier", "%(n)d hours earlier", -hours)
    else:
        told = ngettext("%(n)d hour later", "%(n)d hours later", hours)
    return told % {"n": abs(hours)}


def _less(code: str, level: int) -> str:
    skill = SkillCode(code).label
    if not level:
        return _("without “%(skill)s”") % {"skill": skill}
    named = {"skill": skill, "level": SkillLevel(level).label}
    return _("if “%(skill)s” at the level “%(level)s” is enough") % named
