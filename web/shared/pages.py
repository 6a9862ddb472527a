"""What every page needs: who asks, a row of theirs, and the whole page or the part that is asked for."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.models import User


def viewer(request: HttpRequest) -> User | None:
    """Return who is signed in, or None."""
    return request.user if request.user.is_authenticated else None


def me(request: HttpRequest) -> User:
    """Return who is signed in; for pages that ask for it."""
    return cast("User", request.user)


def one(rows: "QuerySet[Any]", ref: str) -> Any:
    """Return the row with this reference; a foreign one and an absent one are both not found."""
    row = rows.filter(ref=ref).first()
    if row is None:
        raise Http404
    return row


def key_in(request: HttpRequest, name: str) -> int | None:
    """Return the key that the address carries as ``name`` (``?after=123``); None for none, and for what
    no row can have."""
    words = request.GET.get(name, "")
    return int(words) if words.isascii() and words.isdecimal() and len(words) < 19 else None


def came_from(request: HttpRequest, otherwise: str) -> str:
    """Return the page on which the button was pressed (``components/deed.html``), a page of ours."""
    back = request.POST.get("back", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_ours else otherwise


def address_of(request: HttpRequest) -> str:
    """Return the network address that limits are counted by."""
    return str(request.META.get("REMOTE_ADDR", ""))


def in_parts(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Return the page, or only its block ``part`` when htmx asks: the same template either way.

    ``context["said"]``, if there is any, is announced with the part. A filter that is refused shows its
    errors beside the fields, outside the part: then the browser is sent to the whole page.
    """
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    is_part = bool(htmx) and not htmx.history_restore_request
    is_refused = "form" in context and bool(context["form"].errors)
    if is_part and is_refused:
        answer: HttpResponse = HttpResponseClientRedirect(request.get_full_path())
    else:
        layout = "part.html" if is_part else "base.html"
        status = 422 if is_refused else 200
        answer = render(request, template, {**context, "layout": layout}, status=status)
    patch_vary_headers(answer, ["HX-Request"])
    return answer
