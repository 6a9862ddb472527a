"""Long work: how far it is, what came of it, and a way to stop it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kernel import jobs
from kernel.models import JobState
from web.shared.pages import in_parts, me, one
from web.shared.states import look_of

GOING = (JobState.QUEUED, JobState.RUNNING)


@login_required
def job(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one's own long work; while it goes on, its part is asked for again, and each quarter is said."""
    row = one(jobs.jobs_of(me(request)), ref)
    quarter = str(row.done * 4 // row.total * 25) if row.total else ""
    steps = _("%(done)s of %(total)s steps") % {"done": row.done, "total": row.total}
    is_going = row.state in GOING
    context = {"row": row, "steps": steps, "quarter": quarter, "is_going": is_going}
    if not is_going:
        context["said"] = look_of(row._meta.db_table, row.state).words
    elif quarter and quarter != request.GET.get("said"):
        context["said"] = steps
    return in_parts(request, "web/account/job.html", context)


@login_required
@require_POST
def stop(request: HttpRequest, ref: str) -> HttpResponse:
    """Let it stop at its next step, or never begin."""
    jobs.cancel(one(jobs.jobs_of(me(request)), ref), by=me(request), now=timezone.now())
    messages.success(request, _("It stops at its next step."))
    return redirect("web:job", ref=ref)
