"""Where I am signed in: every browser, since when, last seen; ended one by one, or all others at once."""

from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import actions, queries
from kernel import sessions
from web.shared.pages import me, one


class Kind(NamedTuple):
    """A browser or a system: the code that is kept, words in its name for itself, and what people say."""

    code: str
    marks: tuple[str, ...]
    words: str | Promise


# The first that fits: browsers also name those whom they resemble.
BROWSERS = (
    Kind("WECHAT", ("MicroMessenger",), gettext_lazy("WeChat")),
    Kind("ALIPAY", ("AlipayClient",), gettext_lazy("Alipay")),
    Kind("QQ", ("QQBrowser", " QQ/"), gettext_lazy("QQ browser")),
    Kind("UC", ("UCBrowser",), gettext_lazy("UC browser")),
    Kind("HUAWEI", ("HuaweiBrowser", "ArkWeb"), gettext_lazy("Huawei browser")),
    Kind("EDGE", ("Edg",), "Edge"),
    Kind("FIREFOX", ("Firefox", "FxiOS"), "Firefox"),
    Kind("CHROME", ("Chrome", "CriOS"), "Chrome"),
    Kind("SAFARI", ("Safari",), "Safari"),
    Kind("OTHER", ("",), gettext_lazy("another browser")),
)
SYSTEMS = (
    Kind("HARMONY", ("HarmonyOS", "OpenHarmony"), gettext_lazy("HarmonyOS")),
    Kind("ANDROID", ("Android",), gettext_lazy("Android")),
    Kind("IPHONE", ("iPhone",), "iPhone"),
    Kind("IPAD", ("iPad",), "iPad"),
    Kind("WINDOWS", ("Windows",), "Windows"),
    Kind("MAC", ("Macintosh",), "Mac"),
    Kind("LINUX", ("Linux",), "Linux"),
    Kind("OTHER", ("",), gettext_lazy("another system")),
)


def kind_of(agent: str) -> str:
    """Return what is kept of a browser's name for itself: two codes, ``CHROME WINDOWS``."""
    return " ".join(
        next(kind.code for kind in kinds if any(mark in agent for mark in kind.marks))
        for kinds in (BROWSERS, SYSTEMS)
    )


def words_of(codes: str) -> str:
    """Return the two codes in plain words."""
    if not codes:
        return _("A browser that we know nothing of")
    browser, system = (
        next(kind.words for kind in kinds if kind.code == code)
        for kinds, code in zip((BROWSERS, SYSTEMS), codes.split(), strict=True)
    )
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}


@login_required
def devices(request: HttpRequest) -> HttpResponse:
    """List where one is signed in, this browser marked."""
    here = sessions.ref_of(request.session.session_key)
    rows = [
        {"session": row, "words": words_of(row.browser), "is_here": row.ref == here}
        for row in queries.sessions_of(me(request), now=timezone.now())
    ]
    return render(request, "web/account/devices.html", {"devices": rows})


@login_required
@require_POST
def end(request: HttpRequest, ref: str) -> HttpResponse:
    """Sign out in one browser; in this one, that is to leave."""
    user, now = me(request), timezone.now()
    row = one(queries.sessions_of(user, now=now), ref)
    if row.ref == sessions.ref_of(request.session.session_key):
        logout(request)
        return redirect("web:home")
    actions.end_session(user=user, ref=row.ref, by=user, now=now)
    messages.success(request, _("Signed out there."))
    return redirect("web:devices")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out in every browser but this one; programs keep their tokens."""
    user = me(request)
    here = sessions.ref_of(request.session.session_key)
    actions.end_other_sessions(user=user, but=here, by=user, now=timezone.now())
    messages.success(request, _("You are signed in here only."))
    return redirect("web:devices")
