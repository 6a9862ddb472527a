"""The demo's own door: step into a persona by one click. Outside the demo it does not exist."""

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.queries import user_by_ref
from web.account.enter import let_in


def _personas() -> list[dict[str, Any]]:
    path = settings.DATA / "personas.json"
    if not settings.DEMO or not path.exists():
        raise Http404
    found: list[dict[str, Any]] = json.loads(path.read_text())
    return found


TITLES = {
    "resident": _("Resident"),
    "guardian": _("Guardian"),
    "officer": _("Neighbourhood officer, who asks for others"),
    "volunteer": _("Volunteer"),
    "coordinator": _("Head of an organization"),
    "operator": _("Operator of the hotline 12385"),
    "street": _("Officer of a street or town"),
    "district": _("Officer of a district"),
    "city": _("Officer of the city"),
    "reviewer": _("Reviewer of hours"),
    "case_handler": _("Handler of complaints and appeals"),
    "auditor": _("Auditor"),
}


def demo(request: HttpRequest) -> HttpResponse:
    """List the personas."""
    personas = [{**p, "title": TITLES[p["role"]]} for p in _personas()]
    return render(request, "web/account/demo.html", {"personas": personas})


@require_POST
def step_in(request: HttpRequest, ref: str) -> HttpResponse:
    """Sign in as a persona of the demo, and as nobody else."""
    user = user_by_ref(ref) if any(p["ref"] == ref for p in _personas()) else None
    if user is None:
        raise Http404
    request.session.pop("next", None)
    return let_in(request, user, now=timezone.now())
