"""Describe a project, plan its shifts, hand it in."""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.states import Category, SkillCode
from kernel.refusals import allowed
from organizations import actions, queries
from organizations.models import Project
from organizations.rules import check_active, check_editable
from organizations.states import ProjectState
from regions.queries import streets
from web.organization.running import runs_one
from web.shared.forms import (
    ClockField,
    DayField,
    Form,
    TextField,
    carry_out,
    carry_out_once,
    instant,
    show,
)
from web.shared.pages import me, one
from web.shared.places import NOT_CHOSEN, offer_places


class ProjectForm(Form):
    """What it is, where, and who can come."""

    title = TextField(label=gettext_lazy("Title"), max_length=60)
    summary = TextField(label=gettext_lazy("In one sentence"), max_length=120)
    description = TextField(label=gettext_lazy("What volunteers do"), lines=True, max_length=4000)
    category = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[NOT_CHOSEN, *Category.choices]
    )
    region = forms.ChoiceField(label=gettext_lazy("Street or town"))
    place = TextField(label=gettext_lazy("Place"), max_length=200)
    skills = forms.MultipleChoiceField(
        label=gettext_lazy("Skills needed"),
        widget=forms.CheckboxSelectMultiple,
        choices=SkillCode.choices,
        required=False,
    )
    auto_accept = forms.BooleanField(
        label=gettext_lazy("Accept who fits at once"), required=False, initial=True
    )
    adults_only = forms.BooleanField(label=gettext_lazy("18 and over"), required=False)
    insured = forms.BooleanField(
        label=gettext_lazy("There is an accident insurance"), required=False
    )


@login_required
def projects(request: HttpRequest) -> HttpResponse:
    """List the projects of the viewer's organizations, the newest first."""
    runs_one(request)
    user, now = me(request), timezone.now()
    bodies = list(queries.my_organizations(user, now=now))
    found = queries.projects_for(user, now=now).filter(organization__in=bodies).order_by("-pk")
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    return render(request, "web/organization/projects.html", {"page": page, "bodies": bodies})


@login_required
def new(request: HttpRequest, ref: str) -> HttpResponse:
    """Draft a project of this organization."""
    body = one(queries.my_organizations(me(request), now=timezone.now()), ref)
    form = ProjectForm(request.POST or None, initial={"region": body.region.code})
    places = offer_places(form, streets())

    def act(given: dict[str, Any]) -> dict[str, str]:
        given["region"] = places[given["region"]]
        given["skills"] = dict.fromkeys(given["skills"], 1)
        row = actions.make_project(organization=body, by=me(request), now=timezone.now(), **given)
        return {"ref": row.ref}

    made = carry_out_once(request, form, act) if request.method == "POST" else None
    if made:
        return redirect("web:org-project", ref=made["ref"])
    return show(request, "web/organization/project_new.html", form, body=body)


class TimesForm(Form):
    """When a shift is, and how many can come."""

    stands_at: ClassVar = {"starts_at": "day", "ends_at": "end"}

    day = DayField(label=gettext_lazy("Day"))
    start = ClockField(label=gettext_lazy("From"), max_length=5)
    end = ClockField(label=gettext_lazy("To"), max_length=5)
    places = forms.IntegerField(label=gettext_lazy("Places"), min_value=1, max_value=500, initial=4)


class ShiftForm(TimesForm):
    """A dated part, once or in several weeks."""

    weeks = forms.IntegerField(
        label=gettext_lazy("In how many weeks"), min_value=1, max_value=26, initial=1
    )


def span(day: date, start: int, end: int) -> tuple[datetime, datetime]:
    """Return when a shift begins and ends, the next day where it ends before it begins."""
    starts_at, ends_at = instant(day, start), instant(day, end)
    return starts_at, ends_at + timedelta(days=end <= start)


def _mine(request: HttpRequest, ref: str) -> Project:
    user, now = me(request), timezone.now()
    mine = queries.my_organizations(user, now=now)
    row: Project = one(queries.projects_for(user, now=now).filter(organization__in=mine), ref)
    return row


@login_required
def project(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a project of one's own, and add shifts."""
    user, now = me(request), timezone.now()
    row = _mine(request, ref)
    form = ShiftForm(request.POST or None)

    def act(given: dict[str, Any]) -> dict[str, str]:
        starts_at, ends_at = span(given["day"], given["start"], given["end"])
        actions.add_weekly_shifts(
            project=row,
            starts_at=starts_at,
            ends_at=ends_at,
            places=given["places"],
            weeks=given["weeks"],
            by=user,
            now=now,
        )
        return {"ref": ref}

    if request.method == "POST" and carry_out_once(request, form, act):
        messages.success(request, _("The shifts are planned."))
        return redirect("web:org-project", ref=ref)
    return show(
        request,
        "web/organization/project.html",
        form,
        row=row,
        shifts=row.shifts.all(),
        may_submit=row.machine.allows(row.state, ProjectState.SUBMITTED)
        and allowed(check_active, organization=row.organization),
        may_change=allowed(check_editable, state=row.state),
        may_close=row.machine.allows(row.state, ProjectState.CLOSED),
        may_archive=row.machine.allows(row.state, ProjectState.ARCHIVED),
    )


@login_required
def change(request: HttpRequest, ref: str) -> HttpResponse:
    """Write a draft or a returned project anew."""
    row = _mine(request, ref)
    initial = {name: getattr(row, name) for name in ProjectForm.base_fields}
    initial |= {"region": row.region.code, "skills": list(row.skills)}
    form = ProjectForm(request.POST or None, initial=initial)
    places = offer_places(form, streets())

    def act(given: dict[str, Any]) -> Any:
        given["region"] = places[given["region"]]
        given["skills"] = {code: row.skills.get(code, 1) for code in given["skills"]}
        stays = given["region"] == row.region and given["place"] == row.place
        return actions.change_project(
            project=row,
            by=me(request),
            now=timezone.now(),
            credentials=row.credentials,
            access=row.access,
            lat=row.lat if stays else None,
            lng=row.lng if stays else None,
            **given,
        )

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("Changed. Hand it in when it is right."))
        return redirect("web:org-project", ref=ref)
    return show(request, "web/organization/project_change.html", form, row=row)


@login_required
@require_POST
def close(request: HttpRequest, ref: str) -> HttpResponse:
    """End a project; shifts still to come are called off."""
    actions.close_project(project=_mine(request, ref), by=me(request), now=timezone.now())
    messages.success(request, _("Closed. Shifts still to come are called off."))
    return redirect("web:org-project", ref=ref)


@login_required
@require_POST
def archive(request: HttpRequest, ref: str) -> HttpResponse:
    """Put away a draft that was given up, or a closed project."""
    actions.archive_project(project=_mine(request, ref), by=me(request), now=timezone.now())
    messages.success(request, _("Put away."))
    return redirect("web:org-projects")


@login_required
@require_POST
def submit(request: HttpRequest, ref: str) -> HttpResponse:
    """Hand it in for moderation."""
    user, now = me(request), timezone.now()
    row = one(queries.projects_for(user, now=now), ref)
    actions.submit_project(project=row, by=user, now=now)
    messages.success(request, _("Handed in. The district checks it and tells you."))
    return redirect("web:org-project", ref=ref)
