"""Handle a case: acknowledge, look, decide."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.roles import Permission
from rights import actions, queries
from rights.models import Appeal, Complaint
from rights.states import Outcome
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me
from web.shared.posts import area


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """List the cases that are the viewer's to handle, the one due first at the top."""
    area(request, Permission.HANDLE_CASES)
    cases = queries.case_queue(me(request), now=timezone.now())
    return render(request, "web/cases/queue.html", {"cases": cases})


def _case(request: HttpRequest, ref: str) -> Complaint | Appeal:
    found = next(
        (c for c in queries.case_queue(me(request), now=timezone.now()) if c.ref == ref), None
    )
    if found is None:
        raise Http404
    return found


class RulingForm(Form):
    """A decision with its reasons."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Your decision"), widget=forms.RadioSelect, choices=Outcome.choices
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("How many minutes are right"),
        required=False,
        min_value=0,
        max_value=1440,
    )
    words = TextField(label=gettext_lazy("Reasons"), lines=True, max_length=2000)


@login_required
def case(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a case beside the decision it is about, and decide it."""
    row = _case(request, ref)
    form = RulingForm(request.POST or None)

    def act(given: dict[str, Any]) -> Any:
        return actions.conclude(case=row, by=me(request), now=timezone.now(), **given)

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("Decided. The other side reads your reasons."))
        return redirect("web:cases")
    is_appeal = isinstance(row, Appeal)
    return show(request, "web/cases/case.html", form, row=row, is_appeal=is_appeal)


@login_required
@require_POST
def acknowledge(request: HttpRequest, ref: str) -> HttpResponse:
    """Tell who asked that it has arrived."""
    actions.acknowledge(case=_case(request, ref), by=me(request), now=timezone.now())
    messages.success(request, _("Acknowledged."))
    return redirect("web:case", ref=ref)
