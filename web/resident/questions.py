"""The questions of a request in steps; simple mode asks one a page. Each answer is kept at once."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from help_requests import actions, queries
from help_requests.models import HelpRequest
from help_requests.states import Place, WishSource
from web.resident.asking import at, chosen_day, elsewhere, of_kind, what_form, when_form
from web.shared.context import is_short
from web.shared.forms import Form, carry_out, keep, show
from web.shared.pages import me

# What the tiles are called that kinds of help are grouped by; each has its picture, ``p-<tile>``.
TILES = {
    "going_out": _("Going out"),
    "medical": _("Seeing a doctor"),
    "home": _("Help at home"),
    "shopping": _("Shopping and delivery"),
    "talk": _("Company"),
    "phone": _("Phone and computer"),
    "reading": _("Reading and writing"),
    "sign": _("Sign language and captions"),
    "paperwork": _("Papers and law"),
    "repair": _("Repairs"),
    "rehab": _("Training the body"),
    "learning": _("Learning and work"),
    "other": _("Something else"),
}


Write = Callable[[dict[str, Any]], dict[str, Any]]  # from what was answered to what the draft says


def what(request: HttpRequest, draft: HelpRequest) -> HttpResponse:
    """Step 1: a picture, a kind of help that belongs to it, the wish; of somebody else's wish also how
    it is known. Simple mode asks each on a page of its own, else the last three stand on one."""
    here, then = request.path, reverse("web:request-when", args=[draft.ref])
    asked, tile = request.GET.get("ask", ""), request.GET.get("tile", "")
    is_own = draft.resident.user_id == me(request).pk
    kinds = {kind.code: kind for kind in queries.service_types() if kind.tile == tile}
    form = what_form(request, draft, kinds, is_own=is_own)
    own: dict[str, Any] = {"wish_source": WishSource.OWN_WORDS} if is_own else {}
    if asked == "wish":
        keep(form, "wish")
        after = then if is_own else f"{here}?ask=source"
        return _kept(request, draft, form, lambda given: given | own, after) or _page(
            request, form, step=1, before=here
        )
    if asked == "source" and not is_own:
        keep(form, "wish_source")
        return _kept(request, draft, form, dict, then) or _page(
            request, form, step=1, before=f"{here}?ask=wish"
        )
    if tile not in TILES:
        return render(request, "web/resident/tiles.html", {"tiles": TILES.items()})
    if is_short(request):
        keep(form, "service_type")
        own, then = {}, f"{here}?ask=wish"

    def write(given: dict[str, Any]) -> dict[str, Any]:
        return of_kind(draft, kinds[given.pop("service_type")]) | given | own

    return _kept(request, draft, form, write, then) or show(
        request, "web/resident/what.html", form, draft=draft, tile=tile, words=TILES[tile]
    )


def when(request: HttpRequest, draft: HelpRequest) -> HttpResponse:
    """Step 2: the day, the time, the place, who should come, the language; how long, how often and how many
    are as usual, or as they were."""
    here, asked, day = request.path, request.GET.get("ask", ""), _day(request)
    form = when_form(request, draft)
    if asked == "who":
        keep(form, "gender_wish")
        return _kept(request, draft, form, dict, f"{here}?ask=language") or _page(
            request, form, step=2, before=f"{here}?ask=where"
        )
    if asked == "language":
        keep(form, "language")
        then = reverse("web:request-check", args=[draft.ref])
        return _kept(request, draft, form, dict, then) or _page(
            request, form, step=2, before=f"{here}?ask=who"
        )
    if asked == "start" and day:
        keep(form, "start")
        return _kept(
            request,
            draft,
            form,
            lambda given: at(day, given["start"], is_weekly=draft.is_weekly),
            f"{here}?ask=where",
        ) or _page(request, form, step=2, before=here)
    if asked == "where":
        keep(form, "place")
        is_other = request.POST.get("place") == Place.OTHER
        then = f"{here}?ask={'address' if is_other else 'who'}"
        return _kept(request, draft, form, dict, then) or _page(request, form, step=2, before=here)
    if asked == "address":
        keep(form, "address", "region")
        form.fields["address"].required = True
        return _kept(
            request, draft, form, lambda given: elsewhere(given, draft), f"{here}?ask=who"
        ) or _page(request, form, step=2, before=f"{here}?ask=where")
    keep(form, "day", "other_day")
    chosen = request.method == "POST" and carry_out(form, lambda given: chosen_day(form, given))
    if chosen:
        return redirect(f"{here}?ask=start&day={chosen}")
    return _page(request, form, step=2, before=reverse("web:request-what", args=[draft.ref]))


def _kept(
    request: HttpRequest, draft: HelpRequest, form: Form, write: Write, after: str
) -> HttpResponse | None:
    """Keep an answer and lead on; None while there is none, or one that is refused."""

    def act(given: dict[str, Any]) -> HelpRequest:
        now = timezone.now()
        return actions.change_draft(request=draft, by=me(request), now=now, **write(given))

    is_kept = request.method == "POST" and carry_out(form, act)
    return redirect(after) if is_kept else None


def _page(request: HttpRequest, form: Form, *, step: int, before: str) -> HttpResponse:
    return show(request, "web/resident/question.html", form, step=step, before=before)


def _day(request: HttpRequest) -> date | None:
    """Return the day that was answered on the page before."""
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None
