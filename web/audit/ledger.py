"""Follow a trace through the ledger, see who looked at whom, check that the chain is whole."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts import queries
from accounts.roles import Permission
from kernel import seal
from kernel.events import ledger as entries
from kernel.workdays import day_bounds
from web.audit.words import line
from web.shared.covered import LABELS
from web.shared.forms import DayField, Form, TextField
from web.shared.pages import key_in, me
from web.shared.posts import posts_in_words

PAGE = 50


def _auditor(request: HttpRequest) -> None:
    """Let in who reads the whole ledger: an event belongs to no district."""
    if not queries.may_in_city(me(request), Permission.READ_LEDGER, now=timezone.now()):
        raise Http404


class LedgerForm(Form):
    """What to look for; all of it can be left empty."""

    name = TextField(
        label=gettext_lazy("What happened"),
        help_text=gettext_lazy("The beginning of its name, for example offer or offer.accepted."),
        max_length=60,
        required=False,
    )
    subject = TextField(
        label=gettext_lazy("What it is about"),
        help_text=gettext_lazy("Kind and key, for example matching.offer 12."),
        max_length=80,
        required=False,
    )
    by = forms.IntegerField(label=gettext_lazy("By whom (key)"), required=False, min_value=1)
    day = DayField(label=gettext_lazy("On which day"), required=False)


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    kind, _blank, key = str(given.get("subject") or "").partition(" ")
    asked: dict[str, Any] = {"name": given.get("name") or "", "by": given.get("by")}
    if kind:
        asked["kind"] = kind
        asked["key"] = int(key) if key.strip().isascii() and key.strip().isdecimal() else None
    if day := given.get("day"):
        asked["since"], asked["until"] = day_bounds(day)
    return asked


@login_required
def ledger(request: HttpRequest) -> HttpResponse:
    """List events, newest first; the page goes on from a key, so that none is seen twice."""
    _auditor(request)
    form = LedgerForm(request.GET or None)
    asked = _asked(form.cleaned_data) if form.is_valid() else {}
    rows = list(entries(**asked, before=key_in(request, "before"))[: PAGE + 1])
    more = rows[PAGE - 1].pk if len(rows) > PAGE else None
    who = posts_in_words({row.by_id for row in rows})
    lines = [(*line(row), who(row.by_id, row.at)) for row in rows[:PAGE]]
    context = {"form": form, "lines": lines, "more": more}
    return render(request, "web/audit/ledger.html", context)


@login_required
def reveals(request: HttpRequest) -> HttpResponse:
    """List who looked at masked data, of whom, and why."""
    _auditor(request)
    page = Paginator(queries.all_reveals(), PAGE).get_page(request.GET.get("page"))
    who = posts_in_words({look.by_id for look in page}, Permission.REVEAL)
    looks = [(look, LABELS[look.field], who(look.by_id, look.at)) for look in page]
    return render(request, "web/audit/reveals.html", {"page": page, "looks": looks})


@login_required
def chain(request: HttpRequest) -> HttpResponse:
    """Say how far the ledger is sealed, and on demand recompute the whole chain."""
    _auditor(request)
    noted = seal.noted_head()
    problems = seal.broken(noted) if request.method == "POST" else None
    context = {"head": seal.head(), "noted": noted, "problems": problems}
    return render(request, "web/audit/chain.html", context)
