"""Check people, papers, bodies, projects: one queue of several kinds."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import actions, queries
from accounts.roles import Permission
from accounts.states import CredentialKind, PaperState, SkillCode
from kernel.references import spoken
from kernel.text import enumerated, mask_name
from organizations import actions as organizing
from organizations import queries as bodies
from organizations.states import OrganizationState, ProjectState
from web.console.twice import WHY, claimed_twice, on_the_card, two_residents
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me, one
from web.shared.places import full_name
from web.shared.posts import area
from web.shared.templatetags.hub import clock, day, listed

CHECKS = (
    Permission.VERIFY_PEOPLE,
    Permission.VERIFY_ORGANIZATIONS,
    Permission.MODERATE_PROJECTS,
)


def _kinds(request: HttpRequest) -> dict[str, "QuerySet[Any]"]:
    """Return what the viewer may check, by kind; never the viewer's own."""
    area(request, *CHECKS)
    user, now = me(request), timezone.now()
    kinds: dict[str, QuerySet[Any]] = {
        "check-identity": queries.claims_to_review(user, now=now),
        "check-credential": queries.credentials_for(user, now=now)
        .filter(state=PaperState.SUBMITTED)
        .exclude(volunteer__user=user),
        "ward": queries.wards_for(user, now=now),
        "check-grant": queries.grants_for(user, now=now)
        .filter(state=PaperState.SUBMITTED)
        .exclude(proxy=user)
        .exclude(resident__user=user),
        "check-organization": bodies.organizations_for(user, now=now)
        .filter(state=OrganizationState.SUBMITTED)
        .exclude(registered_by=user),
        "check-project": bodies.projects_for(user, now=now)
        .filter(state=ProjectState.SUBMITTED)
        .exclude(organization__in=bodies.my_organizations(user, now=now)),
    }
    if queries.may_in_city(user, Permission.VERIFY_PEOPLE, now=now):
        kinds["claimed-twice"] = claimed_twice(user, now=now)
        kinds["hotline-resident"] = queries.certificates_claimed_twice(user, now=now)
    return kinds


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """List everything that waits for a check in the viewer's area."""
    titles = {
        "check-identity": _("Names to verify at the counter"),
        "check-credential": _("Papers of volunteers"),
        "ward": _("Volunteers under 18, with a guardian's signature"),
        "check-grant": _("Proxies"),
        "check-organization": _("Organizations"),
        "check-project": _("Projects"),
        "claimed-twice": _("ID numbers that two people claim"),
        "hotline-resident": _("Disability certificates that two residents gave"),
    }
    labels: dict[str, Callable[[Any], str]] = {
        "check-identity": lambda row: listed(row.name, WHY[row.state]),
        "check-credential": lambda row: listed(row.volunteer.name, row.get_kind_display()),
        "ward": lambda row: str(row.name),
        "check-grant": lambda row: listed(row.proxy.name, row.get_kind_display()),
        "check-organization": lambda row: str(row.name),
        "check-project": lambda row: str(row.title),
        "claimed-twice": lambda row: f"{row.name} / {row.duplicate_of.name}",
        "hotline-resident": two_residents,
    }
    kinds = [
        {
            "name": f"web:{name}",
            "title": titles[name],
            "rows": [(row.ref, labels[name](row)) for row in rows.order_by("pk")[:25]],
        }
        for name, rows in _kinds(request).items()
    ]
    return render(request, "web/console/verify.html", {"kinds": kinds})


class VerdictForm(Form):
    """Yes, or no with a reason."""

    accept = forms.TypedChoiceField(
        label=gettext_lazy("Your decision"),
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        choices=[("yes", gettext_lazy("Accept")), ("no", gettext_lazy("Refuse"))],
    )
    reason = TextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Needed for a no; the other side reads it."),
        max_length=200,
        required=False,
    )


def _check(
    request: HttpRequest,
    ref: str,
    kind: str,
    act: Callable[..., Any],
    facts: Callable[[Any], Any],
    *,
    todo: str = "",
) -> HttpResponse:
    row = one(_kinds(request)[kind], ref)
    form = VerdictForm(request.POST or None)
    if request.method == "POST" and carry_out(
        form, lambda given: act(row, by=me(request), now=timezone.now(), **given)
    ):
        messages.success(request, _("Decided."))
        return redirect("web:console-verify")
    resident = row.resident if kind == "check-grant" else None
    return show(
        request,
        "web/console/check.html",
        form,
        row=row,
        facts=facts(row),
        resident=resident,
        todo=todo,
    )


@login_required
def identity(request: HttpRequest, ref: str) -> HttpResponse:
    """Decide with the card on the table: as much is shown as is compared, never the whole number."""
    return _check(
        request,
        ref,
        "check-identity",
        lambda row, **given: actions.review_identity(verification=row, **given),
        lambda row: [(_("Why it is here"), WHY[row.state]), *on_the_card(row)],
        todo=_(
            "Compare all of this with the card on the table, and the photo with the person. "
            "Accept only if everything fits; a copy or a picture of the card is not enough."
        ),
    )


@login_required
def credential(request: HttpRequest, ref: str) -> HttpResponse:
    """Say whether a paper is genuine."""
    return _check(
        request,
        ref,
        "check-credential",
        lambda row, **given: actions.decide_credential(credential=row, **given),
        lambda row: [
            (_("Volunteer"), row.volunteer.name),
            (_("Paper"), row.get_kind_display()),
            (_("Number"), row.number),
            (_("Issued by"), row.issuer),
            (_("Issued on"), row.issued_on or "—"),
            (_("Valid until"), row.valid_until or "—"),
            (
                _("Picture or PDF"),
                _("Attached, see below") if row.file else _("None was handed in"),
            ),
        ],
    )


@login_required
def grant(request: HttpRequest, ref: str) -> HttpResponse:
    """Say whether somebody may act for a resident."""
    return _check(
        request,
        ref,
        "check-grant",
        lambda row, **given: actions.decide_grant(grant=row, **given),
        lambda row: [
            (_("Resident"), listed(mask_name(row.resident.name), spoken(row.resident.number))),
            (_("Proxy"), row.proxy.name or "—"),
            (_("As"), row.get_kind_display()),
            (_("Evidence"), row.evidence or "—"),
            (_("Valid until"), row.valid_until),
        ],
    )


@login_required
def organization(request: HttpRequest, ref: str) -> HttpResponse:
    """Verify a body."""
    return _check(
        request,
        ref,
        "check-organization",
        lambda row, **given: organizing.decide_organization(organization=row, **given),
        lambda row: [
            (_("Organization"), row.name),
            (_("Kind"), row.get_kind_display()),
            (_("Credit code"), row.credit_code),
            (_("Address"), row.address),
        ],
    )


def _moderate(row: Any, *, accept: bool, reason: str, by: Any, now: Any) -> Any:
    if accept:
        return organizing.publish_project(project=row, by=by, now=now)
    return organizing.return_project(project=row, reason=reason, by=by, now=now)


def _project_facts(row: Any) -> list[tuple[str, Any]]:
    """Return all that is published with a project, and its shifts."""
    yes_no = {True: _("Yes"), False: _("No")}
    skills = [str(SkillCode(code).label) for code in row.skills]
    papers = [str(CredentialKind(kind).label) for kind in row.credentials]
    shifts = [
        _("%(when)s, %(n)d places")
        % {
            "when": f"{day(shift.starts_at)} {clock(shift.starts_at)}–{clock(shift.ends_at)}",
            "n": shift.places,
        }
        for shift in row.shifts.order_by("starts_at")
    ]
    return [
        (_("Project"), row.title),
        (_("Organization"), row.organization.name),
        (_("In one sentence"), row.summary),
        (_("What volunteers do"), row.description),
        (_("Kind"), row.get_category_display()),
        (_("Street or town"), full_name(row.region)),
        (_("Place"), row.place),
        (_("Skills needed"), enumerated(skills) or "—"),
        (_("Papers needed"), enumerated(papers) or "—"),
        (_("Accept who fits at once"), yes_no[row.auto_accept]),
        (_("18 and over"), yes_no[row.adults_only]),
        (_("There is an accident insurance"), yes_no[row.insured]),
        (_("Shifts"), format_html_join(mark_safe("<br>"), "{}", ((words,) for words in shifts))),
    ]


@login_required
def project(request: HttpRequest, ref: str) -> HttpResponse:
    """Publish a project, or send it back."""
    return _check(
        request,
        ref,
        "check-project",
        _moderate,
        _project_facts,
    )
