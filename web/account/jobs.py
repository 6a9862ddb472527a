"""Long work: how far it is, what came of it, and a way to stop it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kernel import jobs
from web.shared.pages import me, one


@login_required
def job(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one's own long work."""
    row = one(jobs.jobs_of(me(request)), ref)
    return render(request, "web/account/job.html", {"row": row})


@login_required
@require_POST
def stop(request: HttpRequest, ref: str) -> HttpResponse:
    """Let it stop at its next step, or never begin."""
    jobs.cancel(one(jobs.jobs_of(me(request)), ref), by=me(request), now=timezone.now())
    messages.success(request, _("It stops at its next step."))
    return redirect("web:job", ref=ref)
