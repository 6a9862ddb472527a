"""What every page knows: display settings, navigation, who is signed in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from notifications.queries import inbox_of
from web.shared.navigation import items_for, links, shortened

COOKIE = f"hub_display_{settings.HUB_ID}"
CHOICES = {
    "theme": ("auto", "light", "dark", "contrast"),
    "text": ("normal", "large", "largest"),
    "mode": ("full", "simple"),
}


def display_of(request: HttpRequest) -> dict[str, str]:
    """Return theme, text size and mode: the person's cookie, else the account's, else the defaults."""
    words = request.COOKIES.get(COOKIE, "") or getattr(request.user, "display", "")
    chosen = dict(zip(CHOICES, words.split("."), strict=False))
    return {
        name: chosen[name] if chosen.get(name) in allowed else allowed[0]
        for name, allowed in CHOICES.items()
    }


def is_short(request: HttpRequest) -> bool:
    """Return whether the page is sent in its short form: simple mode, unless everything is asked for.

    What is left out then stands behind the link "Show everything on this page" (``?all=1``).
    """
    return display_of(request)["mode"] == "simple" and "all" not in request.GET


def _inbox(request: HttpRequest) -> dict[str, Any]:
    """Return how many notices wait, and the cursor after which news are asked for."""
    if not request.user.is_authenticated:
        return {}
    unread, cursor = inbox_of(request.user)
    return {"unread": unread, "cursor": cursor, "poll": settings.HUB_POLL_SECONDS}


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the facts that ``base.html`` prints."""
    language = get_language() or settings.LANGUAGE_CODE
    display, items = display_of(request), items_for(request)
    few = shortened(items) if display["mode"] == "simple" else items
    return {
        "display": display,
        "is_short": is_short(request),
        "navigation": links(few, request),
        "other_pages": links([item for item in items if item not in few], request),
        "html_lang": "en" if language.startswith("en") else "zh-Hans",
        "other_language": "zh-hans" if language.startswith("en") else "en",
        "is_demo": settings.DEMO,
        "leave_url": settings.HUB_LEAVE_URL,
        "inbox": SimpleLazyObject(lambda: _inbox(request)),
    }
