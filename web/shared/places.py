"""Choosing a region in a form: by its code, from those that the page offers."""

from collections.abc import Callable, Iterable

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regions.models import Region

NOT_CHOSEN = ("", _("Please choose"))


def full_name(region: Region) -> str:
    """Return the name with the name of the region above it, where there is one."""
    return f"{region.parent} {region}" if region.parent else region.name


def offer_places(
    form: forms.Form,
    regions: Iterable[Region],
    *,
    field: str = "region",
    empty: str | Promise = NOT_CHOSEN[1],
    name: Callable[[Region], str] = full_name,
) -> dict[str, Region]:
    """Let ``field`` of ``form`` choose among ``regions``; return them by code.

    ``empty`` is what stands for no choice, "" = one has to be chosen; ``name`` is how a region is called.
    """
    places = {region.code: region for region in regions}
    form.fields[field].choices = [  # type: ignore[attr-defined]
        *([("", empty)] if empty else []),
        *((code, name(region)) for code, region in places.items()),
    ]
    return places
