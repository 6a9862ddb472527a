"""Be heard: complain with or without an account, and follow it."""

from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from kernel.references import clean_number, spoken
from kernel.refusals import Invalid
from matching.models import Assignment
from organizations.models import Organization
from organizations.queries import public_organizations
from regions.queries import districts
from rights import actions, queries
from rights.states import ComplaintKind
from web.cases.following import DEEDS, deeds_of
from web.shared.forms import Form, TextField, carry_out, carry_out_once, show
from web.shared.pages import viewer
from web.shared.places import offer_places
from web.shared.templatetags.hub import clock, day, listed, purpose

# In the session, sealed: what is shown once, by the page after the one that made it.
RECEIVED = "complaint_received"


class ComplaintForm(Form):
    """What happened, about whom, where, and what is wished for."""

    stands_at: ClassVar = {"about_organization": "organization", "assignment": "task"}

    kind = forms.ChoiceField(
        label=gettext_lazy("What it is about"),
        widget=forms.RadioSelect,
        choices=ComplaintKind.choices,
    )
    task = forms.ChoiceField(
        label=gettext_lazy("In which service"),
        help_text=gettext_lazy("If it is about somebody you met there, or about its hours."),
        required=False,
    )
    organization = forms.ChoiceField(
        label=gettext_lazy("Which organization"),
        help_text=gettext_lazy("If it is about one, or about one of its projects."),
        required=False,
    )
    region = forms.ChoiceField(label=gettext_lazy("In which district"))
    words = TextField(label=gettext_lazy("What happened"), lines=True, max_length=2000)
    wish = TextField(
        label=gettext_lazy("What you wish for"), lines=True, max_length=2000, required=False
    )
    contact = TextField(label=gettext_lazy("How we reach you"), max_length=100, required=False)


def _named(task: Assignment, user: User) -> str:
    """Return a service as who took part in it knows it: what, when, and whom they met."""
    opening = task.opening
    words = listed(f"{day(opening.starts_at)} {clock(opening.starts_at)}", purpose(opening))
    return words if task.volunteer_id == user.pk else listed(words, task.volunteer.volunteer.name)


def _offer_services(
    form: ComplaintForm, user: User | None, *, now: datetime
) -> dict[str, Assignment]:
    """Let the form choose among the services that ``user`` had a part in; without one do not ask."""
    tasks = {task.ref: task for task in queries.services_of(user, now=now)[:50]} if user else {}
    if user is None or not tasks:
        del form.fields["task"]
        return {}
    form.fields["task"].choices = [  # type: ignore[attr-defined]
        ("", "—"),
        *((ref, _named(task, user)) for ref, task in tasks.items()),
    ]
    return tasks


def _offer_bodies(form: ComplaintForm, *, now: datetime) -> dict[str, Organization]:
    bodies = {body.ref: body for body in public_organizations(now=now)}
    form.fields["organization"].choices = [  # type: ignore[attr-defined]
        ("", "—"),
        *((ref, body.name) for ref, body in bodies.items()),
    ]
    return bodies


def complain(request: HttpRequest) -> HttpResponse:
    """Make a complaint; without an account a number and a code are shown once."""
    user, now = viewer(request), timezone.now()
    if request.method == "GET" and request.session.get(RECEIVED):
        shown = request.session.pop(RECEIVED)
        shown["acknowledge_by"] = date.fromisoformat(shown["acknowledge_by"])
        answer = render(request, "web/cases/received.html", shown)
        answer["Cache-Control"] = "private, no-store"
        return answer
    form = ComplaintForm(request.POST or None, initial=request.GET.dict())
    places = offer_places(form, districts(), name=str)
    tasks = _offer_services(form, user, now=now)
    bodies = _offer_bodies(form, now=now)

    codes: dict[str, str] = {}

    def act(given: dict[str, Any]) -> dict[str, str]:
        given["region"] = places[given["region"]]
        complaint, codes["code"] = actions.submit_complaint(
            by=user,
            now=now,
            about_organization=bodies.get(given.pop("organization")),
            assignment=tasks.get(given.pop("task", "")),
            **given,
        )
        due = complaint.acknowledge_by.isoformat()
        return {"ref": complaint.ref, "number": complaint.number, "acknowledge_by": due}

    made = carry_out_once(request, form, act) if request.method == "POST" else None
    if made is None:
        if user is None:
            # Two presses of the button come from one session: either answer then shows the code.
            request.session.setdefault(RECEIVED, None)
        return show(request, "web/cases/complain.html", form)
    if user:
        return redirect("web:case", ref=made["ref"])
    if codes:
        request.session[RECEIVED] = {**made, **codes}
    else:
        number = {"number": spoken(made["number"])}
        messages.success(request, _("We have your complaint. Number: %(number)s") % number)
    return redirect("web:complain")


class CodeField(TextField):
    """A number or code; how it was spaced does not count, nor against its length."""

    def to_python(self, value: Any) -> str:
        """Return it as it is kept."""
        return clean_number(super().to_python(value))


class TrackForm(Form):
    """Number and code."""

    number = CodeField(label=gettext_lazy("Number"), max_length=20)
    code = CodeField(label=gettext_lazy("Code"), max_length=12)


def track(request: HttpRequest) -> HttpResponse:
    """Follow a complaint without an account, and do what who brought it may do."""
    form = TrackForm(request.POST or None)
    now = timezone.now()

    def act(given: dict[str, Any]) -> Any:
        found = queries.track(given["number"], given["code"])
        if found is None:
            raise Invalid("not_found", _("Number and code do not fit."), field="code")
        deed = DEEDS.get(request.POST.get("deed", ""))
        if deed:
            deed(case=found, code=given["code"], by=None, now=now)
        return found

    found = carry_out(form, act) if request.method == "POST" else None
    more = {**deeds_of(found, now=now), "given": form.cleaned_data} if found else {}
    return show(request, "web/cases/track.html", form, row=found, **more)
