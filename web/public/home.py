"""The front door, and where help is found."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from organizations.queries import public_projects


def home(request: HttpRequest) -> HttpResponse:
    """Find the right door."""
    projects = public_projects(now=timezone.now())[:3]
    return render(request, "web/public/home.html", {"projects": projects})


def help_page(request: HttpRequest) -> HttpResponse:
    """Learn how it works, and reach a human."""
    return render(request, "web/public/help.html")


def accessibility(request: HttpRequest) -> HttpResponse:
    """What is done so that everybody can use this, and how to say what is missing."""
    return render(request, "web/public/accessibility.html")
