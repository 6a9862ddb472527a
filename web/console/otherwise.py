"""What would find more people for a need, in words."""

from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.states import SkillCode, SkillLevel
from matching.queries.widening import MOST


class Other(NamedTuple):
    """One thing that could be otherwise, and about how many people more there would be."""

    words: str
    people: int

    @property
    def said(self) -> str:
        """Return the number in words; it was counted roughly, and not beyond ``MOST``."""
        if self.people >= MOST:
            return _("%(n)d or more") % {"n": MOST}
        return _("about %(n)d") % {"n": self.people}


def others(found: dict[str, Any]) -> list[Other]:
    """Return what ``queries.widening`` found, the most people first."""
    lines = [
        *(
            Other(_("%(km)d km farther than they chose") % {"km": km}, n)
            for km, n in found.get("radius", [])
        ),
        *(Other(_shifted(hours), n) for hours, n in found.get("hour", [])),
        *(Other(_less(code, level), n) for code, level, n in found.get("skill", [])),
    ]
    if people := found.get("gender"):
        lines.append(Other(_("without the wish for a woman or a man"), people))
    if people := found.get("category"):
        lines.append(Other(_("people who did not choose this kind of help"), people))
    return sorted(lines, key=lambda line: -line.people)


def _shifted(hours: int) -> str:
    if hours < 0:
        words = ngettext("%(n)d hour earlier", "%(n)d hours earlier", -hours)
    else:
        words = ngettext("%(n)d hour later", "%(n)d hours later", hours)
    return words % {"n": abs(hours)}


def _less(code: str, level: int) -> str:
    skill = SkillCode(code).label
    if not level:
        return _("without “%(skill)s”") % {"skill": skill}
    named = {"skill": skill, "level": SkillLevel(level).label}
    return _("if “%(skill)s” at the level “%(level)s” is enough") % named
