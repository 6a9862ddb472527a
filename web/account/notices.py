"""The inbox: what happened, what one can do, until when."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notifications import actions, queries
from web.shared.pages import in_parts, key_in, me, one

NEWS = 10  # at a time; whoever was away longer opens the inbox


@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """List the notices, the newest first; unread ones say so.

    What comes meanwhile does not move the list under its reader: a bar says how many came ``after``.
    """
    user = me(request)
    found = queries.notices_for(user)
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    after = key_in(request, "after")
    newer = 0 if after is None else queries.notices_after(user, after).count()
    context = {
        "page": page,
        "rows": ((notice, queries.rendered(notice)) for notice in page),
        "newer": newer,
    }
    return in_parts(request, "web/account/notices.html", context)


@login_required
def news(request: HttpRequest) -> JsonResponse:
    """Say what came after a cursor: what a lost socket would have hinted at."""
    user = me(request)
    cursor = key_in(request, "after") or 0
    rows = list(queries.notices_after(user, cursor)[:NEWS])
    body = {
        "cursor": rows[-1].pk if rows else cursor,
        "unread": queries.unread_count(user),
        "titles": [queries.rendered(row).title for row in rows],
    }
    return JsonResponse(body, headers={"Cache-Control": "private, no-store"})


@login_required
@require_POST
def open_notice(request: HttpRequest, ref: str) -> HttpResponse:
    """Note that it was read, and go to what it is about."""
    notice = one(queries.notices_for(me(request)), ref)
    actions.mark_read(notice=notice, by=me(request), now=timezone.now())
    return redirect(notice.link or "web:notices")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Note that everything was read."""
    actions.mark_all_read(by=me(request), now=timezone.now())
    messages.success(request, _("Everything is marked as read."))
    return redirect("web:notices")


def outbox(request: HttpRequest) -> HttpResponse:
    """Show what the demo's gateways would have sent; outside the demo it does not exist."""
    if not settings.DEMO:
        raise Http404
    page = Paginator(queries.outbox(), 25).get_page(request.GET.get("page"))
    return render(request, "web/account/outbox.html", {"page": page})
