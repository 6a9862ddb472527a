"""Give a visit another time, or call it off: the resident's side, or the office of the place."""

from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from help_requests import actions, queries
from help_requests.models import Visit
from kernel.workdays import local_date
from web.resident.follow import CancelForm
from web.shared.forms import ClockField, DayField, Form, carry_out, instant, show
from web.shared.pages import me, one


class MoveForm(Form):
    """Another day, another hour; as long as before."""

    stands_at: ClassVar = {"starts_at": "day"}
    day = DayField(label=gettext_lazy("On which day instead"))
    start = ClockField(label=gettext_lazy("From what time"), max_length=5)


def _visit(request: HttpRequest, ref: str) -> Visit:
    row: Visit = one(queries.visits_for(me(request), now=timezone.now()), ref)
    return row


@login_required
def move(request: HttpRequest, ref: str) -> HttpResponse:
    """Give it another time."""
    row = _visit(request, ref)
    start = timezone.localtime(row.starts_at)
    form = MoveForm(
        request.POST or None,
        initial={"day": local_date(row.starts_at), "start": f"{start:%H:%M}"},
    )

    def act(given: dict[str, Any]) -> Any:
        starts_at = instant(given["day"], given["start"])
        return actions.move_visit(
            visit=row, starts_at=starts_at, by=me(request), now=timezone.now()
        )

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("Moved. Whoever comes is told."))
        return redirect("web:visit", ref=ref)
    return show(request, "web/resident/visit_move.html", form, row=row)


@login_required
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """Call this one off; the others of its series stay."""
    row = _visit(request, ref)
    form = CancelForm(request.POST or None)

    def act(given: dict[str, Any]) -> Any:
        return actions.cancel_visit(visit=row, by=me(request), now=timezone.now(), **given)

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("Cancelled. Whoever was to come is told."))
        return redirect("web:visit", ref=ref)
    return show(request, "web/resident/visit_cancel.html", form, row=row)
