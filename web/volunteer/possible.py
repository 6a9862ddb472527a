"""What could I do? What is open and fits, and what else would with one thing more."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import VolunteerProfile
from accounts.queries import volunteers_for
from accounts.states import LANGUAGES, Category, CredentialKind, SkillCode, SkillLevel
from kernel.text import enumerated
from matching import actions, queries
from matching.models import Opening
from matching.states import ApplicationState
from regions.places import haversine_m
from web.shared.pages import me
from web.volunteer.register import DAYS, own_profile


class Line(NamedTuple):
    """One thing more: its sentence, how many needs, and the page on which it is set."""

    words: str
    needs: int
    page: str

    @property
    def said(self) -> str:
        """Return the number in words."""
        return ngettext("%(n)d need more", "%(n)d needs more", self.needs) % {"n": self.needs}


def _lines(found: queries.Possible) -> Iterator[Line]:
    profile, papers, limits = "web:my-profile", "web:credentials", "web:my-limits"
    for (skill, level), needs in sorted(found.skills.items()):
        named = {"skill": SkillCode(skill).label, "level": SkillLevel(level).label}
        yield Line(_("With “%(skill)s” (%(level)s)") % named, needs, profile)
    for kind, needs in sorted(found.categories.items()):
        name = Category(kind).label
        yield Line(_("If you may be asked for “%(kind)s” too") % {"kind": name}, needs, profile)
    for paper, needs in sorted(found.papers.items()):
        name = CredentialKind(paper).label
        yield Line(_("With the paper “%(paper)s”") % {"paper": name}, needs, papers)
    for km, needs in sorted(found.kilometres.items()):
        yield Line(_("If you go %(km)d km farther") % {"km": km}, needs, profile)
    yield from _hours(found)
    if found.more_minutes:
        yield Line(_("With more hours in a week"), found.more_minutes, limits)


def _hours(found: queries.Possible) -> Iterator[Line]:
    """Yield a line for each weekday, with the hours from which one would have to be free."""
    hours: dict[int, list[int]] = defaultdict(list)
    needs: Counter[int] = Counter()
    for (weekday, hour), some in sorted(found.hours.items()):
        hours[weekday].append(hour)
        needs[weekday] += some
    for weekday, all_hours in hours.items():
        times = enumerated(f"{hour}:00" for hour in all_hours)
        words = _("If you are free on %(day)s from %(times)s on")
        named = {"day": DAYS[weekday], "times": times}
        yield Line(words % named, needs[weekday], "web:my-profile")


def _away_m(profile: VolunteerProfile, need: Opening) -> int | None:
    if None in {profile.lat, profile.lng, need.lat, need.lng}:
        return None
    return round(haversine_m(profile.lat, profile.lng, need.lat, need.lng))  # type: ignore[arg-type]


def _skills(need: Opening) -> list[str]:
    """Return the skills that are needed, in words; a language has its own line."""
    return [
        _("%(skill)s (%(level)s)")
        % {"skill": SkillCode(code).label, "level": SkillLevel(level).label}
        for code, level in sorted(need.skills.items())
        if code not in LANGUAGES
    ]


def _card(profile: VolunteerProfile, need: Opening) -> dict[str, Any]:
    """Return what is shown of a need: nothing of who needs it but how to speak with them."""
    assert need.visit is not None
    request = need.visit.request
    return {
        "need": need,
        "away": _away_m(profile, need),
        "skills": _skills(need),
        "language": request.get_language_display(),
        "no_voice": request.resident.no_voice,
        "insured": bool(request.service_type and request.service_type.insured),
    }


def _may_take(request: HttpRequest, row: VolunteerProfile) -> bool:
    mine = volunteers_for(me(request), now=timezone.now())
    return mine.filter(queries.may_be_asked(), pk=row.pk).exists()


@login_required
def possible(request: HttpRequest) -> HttpResponse:
    """Show the needs that fit; kind, time and street, and nothing about who needs it."""
    row, now = own_profile(request), timezone.now()
    if row is None:
        return redirect("web:register-identity")
    found = queries.possible(row, now=now)
    fits = sorted(found.fits, key=lambda need: (need.starts_at, need.ref))
    context = {
        "is_placed": row.lat is not None,
        "is_asked": queries.is_asked(row, allows=queries.allows_matching(me(request))),
        "may_take": bool(fits) and _may_take(request, row),
        "fits": [_card(row, need) for need in fits],
        "more": list(_lines(found)),
        "found": found,
    }
    return render(request, "web/volunteer/possible.html", context)


@login_required
def apply(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a place of a need that was named as fitting, after a look at it; any other is not there."""
    row, now = own_profile(request), timezone.now()
    fits = queries.possible(row, now=now).fits if row else []
    need = next((need for need in fits if need.ref == ref), None)
    if row is None or need is None:
        raise Http404
    if request.method != "POST":
        context = {**_card(row, need), "may_take": _may_take(request, row)}
        return render(request, "web/volunteer/possible_check.html", context)
    made = actions.apply(opening=need, by=me(request), now=now)
    if made.state != ApplicationState.ACCEPTED:
        messages.success(request, _("It is full. You are on the waiting list; we tell you."))
        return redirect("web:volunteer")
    messages.success(request, _("Thank you. The resident is told who comes."))
    mine = queries.assignments_for(me(request), now=now)
    return redirect("web:task", ref=mine.get(application=made).ref)
