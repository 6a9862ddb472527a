"""What counts how much when somebody is picked to be asked: for everybody to read (PIPL Art 24)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from matching.queries.weights import last_weighing, parameters_now
from web.shared.weighed import counted


def weights(request: HttpRequest) -> HttpResponse:
    """Show what counts now, since when, and why the city said so."""
    context = {"groups": counted(parameters_now()), "last": last_weighing()}
    return render(request, "web/volunteer/weights.html", context)
