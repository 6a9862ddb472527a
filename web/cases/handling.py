"""Handle a case: acknowledge, take in hand, look, extend, decide, close."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.roles import Permission
from kernel.refusals import allowed
from kernel.workdays import local_date
from rights import actions, queries, rules
from rights.models import Appeal, Complaint
from rights.states import CaseState
from web.cases.following import FOUND, case_of, deeds_of, do, own
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me
from web.shared.posts import area


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """List the cases that are the viewer's to handle, the one due first at the top."""
    area(request, Permission.HANDLE_CASES)
    cases = queries.case_queue(me(request), now=timezone.now())
    return render(request, "web/cases/queue.html", {"cases": cases})


class RulingForm(Form):
    """A decision with its reasons."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Your decision"),
        widget=forms.RadioSelect,
        choices=list(FOUND.items()),
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("How many minutes are right"),
        required=False,
        min_value=0,
        max_value=1440,
    )
    words = TextField(label=gettext_lazy("Reasons"), lines=True, max_length=2000)


def _may_decide(row: Complaint | Appeal, by: Any) -> bool:
    """Say whether it can be decided now, and a second time by another person than the first."""
    if row.state == CaseState.UNDER_REVIEW:
        ruled = row.rulings.filter(by=by).exists()
        return allowed(rules.check_second_person, ruled=ruled)
    return row.machine.allows(row.state, CaseState.CONCLUDED)


@login_required
def case(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a case: to who brought it how it stands, to who handles it all there is, and decide it."""
    user, now = me(request), timezone.now()
    row = case_of(request, ref)
    if row.by_id == user.pk:
        return own(request, row, now=now)
    form = RulingForm(request.POST or None)
    if isinstance(row, Complaint):
        del form.fields["minutes"]

    def act(given: dict[str, Any]) -> Any:
        return actions.conclude(case=row, by=user, now=now, **given)

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("Decided. The other side reads your reasons."))
        return redirect("web:cases")
    is_over = allowed(
        rules.check_closes,
        own=False,
        settled_on=queries.settled_on(row, now=now),
        today=local_date(now),
    )
    context = {
        **deeds_of(row, now=now, is_own=False),
        "may_take": row.machine.allows(row.state, CaseState.IN_HAND),
        "may_extend": allowed(rules.check_extends, case=row),
        "may_decide": _may_decide(row, user),
        "may_close": row.state == CaseState.CONCLUDED and is_over,
    }
    return show(request, "web/cases/case.html", form, row=row, **context)


@login_required
@require_POST
def acknowledge(request: HttpRequest, ref: str) -> HttpResponse:
    """Tell who asked that it has arrived."""
    return do(request, ref, actions.acknowledge, _("Acknowledged."))


@login_required
@require_POST
def take(request: HttpRequest, ref: str) -> HttpResponse:
    """Begin to look into it."""
    return do(request, ref, actions.take_in_hand, _("It is in your hands now."))


@login_required
@require_POST
def extend(request: HttpRequest, ref: str) -> HttpResponse:
    """Give the conclusion more days, once."""
    return do(request, ref, actions.extend_case, _("Extended. Who asked is told."))
