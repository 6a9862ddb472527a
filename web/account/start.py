"""Where a newcomer begins: three ways on, and what is not finished yet."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts import queries
from accounts.states import PaperState
from web.shared.pages import me


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Show what one can become here; what one has begun comes first."""
    user = me(request)
    asked = queries.my_grants(user, now=timezone.now()).filter(state=PaperState.SUBMITTED)
    return render(
        request,
        "web/account/start.html",
        {"verification": queries.latest_verification(user), "grants": asked[:10]},
    )
