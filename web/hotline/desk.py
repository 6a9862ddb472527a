"""Find a caller, show no more than is needed, ask for help in their name."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import actions, queries
from accounts.models import ResidentProfile
from accounts.roles import Permission
from accounts.states import TEXT_VERSION, Purpose, RevealReason
from help_requests import actions as asking
from help_requests import queries as asked
from regions.queries import streets_in
from web.shared.covered import LABELS
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me, one
from web.shared.places import offer_places
from web.shared.posts import area

DESK = (Permission.TAKE_CALLS, Permission.ANSWER_REQUESTS)


class FindForm(Form):
    """What the caller says."""

    phone = TextField(
        label=gettext_lazy("Phone, or its last four digits"), max_length=20, required=False
    )
    name = TextField(
        label=gettext_lazy("Name, in characters or pinyin"), max_length=30, required=False
    )
    number = TextField(label=gettext_lazy("Resident's number"), max_length=20, required=False)
    call_number = TextField(
        label=gettext_lazy("Number of the call"),
        help_text=gettext_lazy("It is written down with what you look at."),
        max_length=20,
        required=False,
    )


@login_required
def find(request: HttpRequest) -> HttpResponse:
    """Look a caller up; that somebody looked is on the ledger."""
    area(request, *DESK)
    form, found = FindForm(request.POST or None), None
    answers = queries.desk_paths(me(request), Permission.ANSWER_REQUESTS, now=timezone.now())
    form.fields["call_number"].required = not answers  # as ``look_up`` asks of an operator
    if request.method == "POST":
        found = carry_out(
            form, lambda given: actions.look_up(by=me(request), now=timezone.now(), **given)
        )
        if found is not None:
            request.session["call_number"] = form.cleaned_data["call_number"]
    return show(request, "web/hotline/find.html", form, found=found)


class CallerForm(Form):
    """The least that is needed of somebody who is new."""

    name = TextField(label=gettext_lazy("Name"), max_length=30)
    phone = TextField(label=gettext_lazy("Phone"), max_length=20)
    region = forms.ChoiceField(label=gettext_lazy("Street or town"))
    address = TextField(label=gettext_lazy("Address"), max_length=200, required=False)
    no_voice = forms.BooleanField(label=gettext_lazy("Write only, do not call"), required=False)
    disability = forms.BooleanField(
        label=gettext_lazy("The caller allows the use of disability data to find the right help")
    )
    sharing = forms.BooleanField(
        label=gettext_lazy("The caller allows that who helps learns what is needed for it")
    )


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Register a caller; both decisions were read out and answered with yes."""
    form = CallerForm(request.POST or None)
    places = offer_places(form, streets_in(area(request, *DESK)))

    def act(given: dict[str, Any]) -> Any:
        del given["disability"], given["sharing"]
        given["region"] = places[given["region"]]
        allowed = [(purpose, TEXT_VERSION) for purpose in (Purpose.DISABILITY, Purpose.SHARING)]
        return actions.register_resident(
            consents=allowed, by=me(request), now=timezone.now(), **given
        )

    made = carry_out(form, act) if request.method == "POST" else None
    if made:
        messages.success(request, _("Registered. Now ask in their name."))
        return redirect("web:hotline-resident", ref=made.ref)
    return show(request, "web/hotline/new.html", form)


def _resident(request: HttpRequest, ref: str) -> ResidentProfile:
    area(request, *DESK)
    row: ResidentProfile = one(queries.residents_for(me(request), now=timezone.now()), ref)
    return row


class LookForm(Form):
    """One field, and why."""

    field = forms.ChoiceField(label=gettext_lazy("What"), choices=list(LABELS.items()))
    reason = forms.ChoiceField(
        label=gettext_lazy("Why"), widget=forms.RadioSelect, choices=RevealReason.choices
    )
    call_number = TextField(
        label=gettext_lazy("Number of the call"),
        help_text=gettext_lazy("Needed when the person is on the phone."),
        max_length=20,
        required=False,
        is_conditional=True,
    )


@login_required
def resident(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a resident masked; one field at a time opens, with a reason that the resident reads."""
    row = _resident(request, ref)
    call = request.session.get("call_number", "")
    form = LookForm(request.POST or None, initial={"call_number": call})
    opened = None
    if request.method == "POST":
        value = carry_out(
            form,
            lambda given: actions.reveal(resident=row, by=me(request), now=timezone.now(), **given),
        )
        if value is not None:
            opened = (LABELS[form.cleaned_data["field"]], value or "—")
    user, now = me(request), timezone.now()
    found = list(asked.find_requests(user, now=now, resident=row)[:10])
    opens = asked.requests_for(user, now=now).filter(pk__in=[each.pk for each in found])
    return show(
        request,
        "web/hotline/resident.html",
        form,
        row=row,
        opened=opened,
        requests=found,
        opens=set(opens.values_list("pk", flat=True)),
    )


@login_required
@require_POST
def ask(request: HttpRequest, ref: str) -> HttpResponse:
    """Begin a request in the caller's name."""
    row = _resident(request, ref)
    user, now, call = me(request), timezone.now(), str(request.session.get("call_number", ""))
    draft = asking.draft_request(
        resident=row,
        channel=asked.taken_down_at(user, row, call_number=call, now=now),
        call_number=call,
        by=user,
        now=now,
    )
    return redirect("web:request-what", ref=draft.ref)


@login_required
@require_POST
def check(request: HttpRequest, ref: str) -> HttpResponse:
    """Write down that the street has seen the papers."""
    row = _resident(request, ref)
    actions.check_resident_identity(resident=row, by=me(request), now=timezone.now())
    messages.success(request, _("The papers are seen."))
    return redirect("web:hotline-resident", ref=ref)
