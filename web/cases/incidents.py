"""Incidents: who was hurt or afraid comes first, the form later."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kernel.refusals import allowed
from rights import actions, queries
from rights.rules import check_adds
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me, one


class CloseForm(Form):
    """What was done."""

    words = TextField(
        label=gettext_lazy("What was done, and what is different now"), lines=True, max_length=2000
    )


@login_required
def incidents(request: HttpRequest) -> HttpResponse:
    """List the incidents to look after, and those one reported oneself."""
    user, now = me(request), timezone.now()
    mine = queries.incidents_for(user, now=now).filter(by=user).order_by("-pk")[:20]
    rows = queries.open_incidents(user, now=now).order_by("report_due_at", "pk")
    return render(request, "web/cases/incidents.html", {"rows": rows, "mine": mine})


@login_required
def incident(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one, and close it with what was done."""
    user, now = me(request), timezone.now()
    row = one(queries.incidents_for(user, now=now), ref)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and carry_out(
        form, lambda given: actions.close_incident(incident=row, by=user, now=now, **given)
    ):
        messages.success(request, _("Closed."))
        return redirect("web:incidents")
    return show(
        request,
        "web/cases/incident.html",
        form,
        row=row,
        is_mine=row.by_id == user.pk,
        may_add=allowed(check_adds, incident=row),
    )


@login_required
@require_POST
def take(request: HttpRequest, ref: str) -> HttpResponse:
    """Look after it."""
    user, now = me(request), timezone.now()
    row = one(queries.incidents_for(user, now=now), ref)
    actions.take_incident(incident=row, by=user, now=now)
    messages.success(request, _("It is yours now. First the people, then the report."))
    return redirect("web:incident", ref=ref)


@login_required
@require_POST
def add(request: HttpRequest, ref: str) -> HttpResponse:
    """Add to one's own report; what was said before stays."""
    user, now = me(request), timezone.now()
    row = one(queries.incidents_for(user, now=now).filter(by=user), ref)
    actions.add_to_incident(incident=row, words=request.POST.get("words", ""), by=user, now=now)
    messages.success(request, _("Added."))
    return redirect("web:incident", ref=ref)
