"""What now."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from matching import queries
from matching.states import LIVE, ApplicationState, OfferState
from web.shared.pages import me
from web.volunteer import duty
from web.volunteer.register import standing_of, tasks_of


@login_required
def volunteer(request: HttpRequest) -> HttpResponse:
    """The next task, and the offers that wait for an answer."""
    user, now = me(request), timezone.now()
    if not hasattr(user, "volunteer"):
        return redirect("web:volunteer-register")
    profile = user.volunteer
    standing = {"tasks": tasks_of(profile)} if profile.is_verified else standing_of(user, profile)
    to_do = [task for task in standing["tasks"] if not task.is_done]
    allows = queries.allows_matching(user)
    is_ready = allows and not to_do and profile.suspended_at is None
    tasks = queries.assignments_for(user, now=now).filter(volunteer=user, state__in=LIVE)
    offers = queries.offers_for(user).filter(state=OfferState.SENT, expires_at__gt=now)
    waiting = [ApplicationState.SENT, ApplicationState.WAITING]
    asked = queries.applications_for(user, now=now).filter(volunteer=user, state__in=waiting)
    applications = list(asked[:20])
    positions = queries.waiting_positions(applications)
    return render(
        request,
        "web/volunteer/today.html",
        {
            "standing": duty.standing_of(user, now, is_ready=is_ready),
            "agreed": tasks.order_by("opening__starts_at")[:10],
            "offers": offers.order_by("expires_at")[:20],
            "applications": [(row, positions.get(row.pk)) for row in applications],
            **standing,
            "to_do": to_do,
            "is_asked": queries.is_asked(profile, allows=allows),
        },
    )
