"""Projects and their shifts: find one, judge it, ask for a place."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accounts.states import Category
from matching import actions as matching
from matching import queries as matched
from matching.states import LIVE, ApplicationState
from organizations import queries
from web.public.filters import ByDistrict, asked
from web.shared.forms import TextField
from web.shared.pages import in_parts, me, one, viewer


class Filters(ByDistrict):
    """What one looks for."""

    category = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[("", gettext_lazy("All kinds")), *Category.choices],
    )
    q = TextField(label=gettext_lazy("Words"), required=False, max_length=40)


def projects(request: HttpRequest) -> HttpResponse:
    """List the published projects, by district, kind and words."""
    form = Filters(request.GET or None)
    given = asked(form)
    found = queries.public_projects(
        now=timezone.now(),
        district=given["district"],
        category=given.get("category", ""),
        text=given.get("q", ""),
    )
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    n = page.paginator.count
    said = ngettext("%(n)s project", "%(n)s projects", n) % {"n": n}
    return in_parts(request, "web/public/projects.html", {"form": form, "page": page, "said": said})


def project(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a project with its coming shifts and their free places."""
    now, user = timezone.now(), viewer(request)
    row = one(queries.projects_for(user, now=now), ref)
    openings = (
        matched.openings_for(user, now=now)
        .filter(shift__project=row, starts_at__gt=now)
        .order_by("starts_at")
    )
    mine: dict[int, Any] = {}
    tasks: dict[int, Any] = {}
    if user:
        waiting = [ApplicationState.SENT, ApplicationState.WAITING]
        for application in matched.applications_for(user, now=now).filter(
            volunteer=user, opening__shift__project=row, state__in=waiting
        ):
            mine[application.opening_id] = application
        for task in matched.assignments_for(user, now=now).filter(
            volunteer=user, opening__shift__project=row, state__in=LIVE
        ):
            tasks[task.opening_id] = task
    shifts = [(o, mine.get(o.pk), tasks.get(o.pk)) for o in openings]
    positions = matched.waiting_positions(mine.values())
    in_line = {row.opening_id: positions.get(row.pk) for row in mine.values()}
    context = {
        "project": row,
        "shifts": [(*shift, in_line.get(shift[0].pk)) for shift in shifts],
    }
    return render(request, "web/public/project.html", context)


@login_required
@require_POST
def apply(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask for a place of a shift, or for one in the line."""
    now = timezone.now()
    shift = one(queries.shifts_for(me(request), now=now), ref)
    made = matching.apply(opening=matched.opening_of(shift), by=me(request), now=now)
    words = {
        ApplicationState.ACCEPTED: _("You have a place. See you there!"),
        ApplicationState.WAITING: _("It is full. You are on the waiting list; we tell you."),
        ApplicationState.SENT: _("You have applied. The organization will answer."),
    }
    messages.success(request, words[ApplicationState(made.state)])
    return redirect("web:project", ref=shift.project.ref)
