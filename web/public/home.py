"""The front door, and where help is found."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.queries import writes_only
from organizations.queries import public_projects

LOOKED_AT = Path(__file__).parent / "looked_at.json"  # written by `./test matrix`


def home(request: HttpRequest) -> HttpResponse:
    """Find the right door."""
    projects = public_projects(now=timezone.now())[:3]
    return render(
        request, "web/public/home.html", {"projects": projects, "writes": _writes(request)}
    )


def help_page(request: HttpRequest) -> HttpResponse:
    """Learn how it works, and reach a human."""
    return render(request, "web/public/help.html", {"writes": _writes(request)})


def _writes(request: HttpRequest) -> bool:
    """Say whether the reader is signed in and does not phone; nobody else is told another way."""
    return request.user.is_authenticated and writes_only(request.user)


@cache
def last_run() -> dict[str, Any] | None:
    """Return what the last whole accessibility run looked at and found; None before the first."""
    if not LOOKED_AT.exists():
        return None
    run: dict[str, Any] = json.loads(LOOKED_AT.read_text())
    return {**run, "day": date.fromisoformat(run["day"])}


def accessibility(request: HttpRequest) -> HttpResponse:
    """What is done so that everybody can use this, and how to say what is missing."""
    return render(request, "web/public/accessibility.html", {"run": last_run()})
