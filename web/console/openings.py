"""One need: what it asks for, who was asked, who can go and why, and why somebody cannot."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import User, VolunteerProfile
from accounts.roles import Permission
from accounts.states import CredentialKind, Sex, SkillCode, SkillLevel
from kernel.references import clean_number
from matching import actions, queries
from matching.models import Opening
from matching.queries.askable import askable
from matching.queries.board import Tried, Verdict, offers_of, tried, verdict, worth_of
from matching.queries.nearby import MOST, nearby
from matching.rules import skill_words
from matching.states import OpeningState
from web.console.added import added_by, what_if
from web.console.otherwise import others
from web.shared.forms import Form, TextField, show
from web.shared.pages import came_from, me, one
from web.shared.parts import Part, parts_of
from web.shared.posts import area

SHOWN = 5  # of the candidates; the others are one press away


class WhyNotForm(Form):
    """Whom one has in mind."""

    volunteer = TextField(
        label=gettext_lazy("Volunteer number"),
        help_text=gettext_lazy("It begins with V and stands in the volunteer's profile."),
        max_length=40,
    )


def _asked_for(row: Opening) -> list[str]:
    """Return what a volunteer has to bring, in words."""
    skills = [
        _("%(skill)s (%(level)s)")
        % {"skill": SkillCode(code).label, "level": SkillLevel(level).label}
        for code, level in sorted(row.skills.items())
    ]
    papers = [str(CredentialKind(kind).label) for kind in sorted(row.credentials)]
    gender = [str(Sex(row.gender_wish).label)] if row.gender_wish else []
    adults = [_("18 or over")] if row.adults_only else []
    own = [_("one of the organization's own volunteers")] if row.only_own_volunteers else []
    return [*skills, *papers, *gender, *adults, *own]


def _candidates(row: Opening, now: datetime) -> list[dict[str, Any]]:
    """Return who can go, best first, each with the lines of the score."""
    worth = worth_of(row)
    found: list[dict[str, Any]] = []
    for shown in queries.candidates(row, now=now):
        candidate = shown.candidate
        lines: list[Part] = parts_of(candidate.reasons, candidate.parts, worth)
        found.append(
            {
                "profile": shown.profile,
                "score": 100 * candidate.score,
                "distance_m": candidate.distance_m,
                "parts": lines,
                "against": shown.against,
                "number": len(found) + 1,
                "widest": max((line.most for line in lines), default=0.0),
            }
        )
    return found


def _why_not(
    form: WhyNotForm, row: Opening, viewer: User, now: datetime
) -> tuple[VolunteerProfile, Verdict] | None:
    """Return the person whose number was typed, and what stands between them and the need.

    Whom the viewer may not ask does not exist, and is said at the field.
    """
    if not form.is_valid():
        return None
    number = clean_number(form.cleaned_data["volunteer"])
    person = askable(viewer, row, now=now, number=number)
    if person is None:
        form.add_error(
            "volunteer", _("There is no volunteer with this number whom you could ask for this.")
        )
        return None
    return person, verdict(row, person, now=now)


@login_required
def opening(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one need of the viewer's area; while it is open, whom to ask for it and why."""
    user, now = me(request), timezone.now()
    area(request, Permission.DISPATCH)
    row = one(queries.openings_for(user, now=now).filter(visit__isnull=False), ref)
    is_open = row.state == OpeningState.OPEN and row.starts_at > now
    given = request.GET
    form = WhyNotForm(given if "volunteer" in given else None)
    # What would find more people costs many queries: it is read when asked for.
    asks = is_open and bool({"more", "otherwise"} & given.keys())
    other = what_if(given if "otherwise" in given else None, row, now=now) if asks else None
    found = _candidates(row, now) if is_open else []
    return show(
        request,
        "web/console/opening.html",
        other if other and other.errors else form,
        why_not=form,
        what_if=other,
        row=row,
        is_open=is_open,
        gap=row.places - row.filled,
        asked_for=_asked_for(row),
        offers=offers_of(row),
        tried=tried([row]).get(row.pk, Tried()),
        candidates=found[:SHOWN],
        further=found[SHOWN:],
        about=nearby(row, now=now) if is_open and (other or not found) else None,
        wants_of_all=skill_words(row.skills),
        most=MOST,
        answer=_why_not(form, row, user, now),
        others=others(queries.widening(row, now=now)) if other else None,
        added=added_by(other, row, user, now=now) if other else None,
    )


@login_required
@require_POST
def pick(request: HttpRequest, ref: str, volunteer: str) -> HttpResponse:
    """Ask this volunteer, picked by hand; then go back to where the button was pressed."""
    user, now = me(request), timezone.now()
    row = one(queries.openings_for(user, now=now), ref)
    person = askable(user, row, now=now, ref=volunteer)
    if person is None:
        raise Http404
    actions.send_offer(opening=row, volunteer=person.user, by=user, now=now)
    messages.success(request, _("%(name)s is asked.") % {"name": person.name})
    return redirect(came_from(request, reverse("web:console-opening", args=[row.ref])))
