"""Figures of my area: what was asked, answered, served; a table and bars, with source and date."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts import queries as people
from accounts.roles import Permission
from accounts.rules import figures
from help_requests import queries as asked
from kernel.workdays import local_date
from regions.models import Region
from regions.queries import regions_in
from service_records import queries as served
from web.shared.forms import Form
from web.shared.posts import area


class PeriodForm(Form):
    """How far back."""

    days = forms.TypedChoiceField(
        label=gettext_lazy("Period"),
        coerce=int,
        choices=[
            (7, gettext_lazy("the last 7 days")),
            (30, gettext_lazy("the last 30 days")),
            (90, gettext_lazy("the last 90 days")),
        ],
    )


def _area(request: HttpRequest) -> tuple[Region, list[Region], Region | None]:
    """Return the region that is looked at, its parts, and the one above; all in the viewer's own area."""
    mine = list(regions_in(area(request, Permission.SEE_REPORTS)))
    code = request.GET.get("region", "")
    here = next((r for r in mine if r.code == code), None) if code else mine[0]
    if here is None:
        raise Http404
    above = next((r for r in mine if r.pk == here.parent_id), None)
    return here, [r for r in mine if r.parent_id == here.pk] or [here], above


def _within(part: Region, cells: dict[str, int]) -> int:
    return sum(count for path, count in cells.items() if path.startswith(part.path))


@login_required
def reports(request: HttpRequest) -> HttpResponse:
    """Show the indicators of a region and of its parts."""
    here, parts, above = _area(request)
    form = PeriodForm(request.GET if "days" in request.GET else None, initial={"days": 30})
    days = form.cleaned_data["days"] if form.is_valid() else 30
    now = timezone.now()
    since, today = now - timedelta(days=days), local_date(now)
    volunteers = people.volunteers_by_path(here)
    sent, in_time = asked.answers_by_path(here, since=since, now=now)
    done, unfilled = asked.visits_by_path(here, since=since)
    minutes = served.minutes_by_path(here, since=today - timedelta(days=days))
    rows: list[dict[str, Any]] = []
    for part in parts:
        asked_for, kept = _within(part, sent), _within(part, in_time)
        came, empty = _within(part, done), _within(part, unfilled)
        rows.append(
            {
                "region": part,
                "volunteers": figures.cell(_within(part, volunteers)),
                "sent": figures.cell(asked_for),
                "in_time": figures.cell_share(kept, asked_for),
                "done": figures.cell(came),
                "filled": figures.cell_share(came, came + empty),
                "minutes": _within(part, minutes) if figures.cell(came) is not None else 0,
            }
        )
    most = max((row["minutes"] for row in rows), default=0) or 1
    for row in rows:
        row["bar"] = round(100 * row["minutes"] / most)
    context = {
        "here": here,
        "above": above,
        "rows": rows,
        "form": form,
        "today": today,
        "days": days,
        "fewest": figures.FEWEST_IN_A_CELL,
    }
    return render(request, "web/console/reports.html", context)
