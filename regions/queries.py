"""Reading the tree."""

from django.db.models import Q, QuerySet

from regions.models import Region, ServicePoint
from regions.states import Level


def city() -> Region:
    """Return the root of the tree."""
    return Region.objects.get(level=Level.CITY)


def districts() -> QuerySet[Region]:
    """Return the districts in the order of their codes."""
    return Region.objects.filter(level=Level.DISTRICT).order_by("code")


def streets(district: Region | None = None) -> QuerySet[Region]:
    """Return the streets and towns, of one district or of the city, with their district at hand."""
    found = Region.objects.filter(level=Level.STREET).select_related("parent").order_by("code")
    return found.filter(parent=district) if district else found


def tree() -> QuerySet[Region]:
    """Return all regions in the order of the tree."""
    return Region.objects.select_related("parent").order_by("path")


def inside(paths: list[str], field: str = "region") -> Q:
    """Return the condition that ``field`` ("" = the region itself) lies in one of the regions with these
    ``paths``."""
    column = f"{field}__path" if field else "path"
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{f"{column}__startswith": path})
    return condition


def points(
    *, district: Region | None = None, kind: str = "", access: str = ""
) -> QuerySet[ServicePoint]:
    """Return the registers of service points, which are public: by district, kind and what one needs."""
    found = ServicePoint.objects.select_related("region__parent")
    if district:
        found = found.filter(region__path__startswith=district.path)
    if kind:
        found = found.filter(kind=kind)
    if access:  # a list of codes as JSON text: no code is part of another one
        found = found.filter(access__icontains=f'"{access}"')
    return found


def regions_in(paths: list[str]) -> QuerySet[Region]:
    """Return the regions of these areas, the areas themselves among them, in the order of the tree."""
    return tree().filter(inside(paths, field=""))


def streets_in(paths: list[str]) -> QuerySet[Region]:
    """Return the streets and towns of these areas, with their district at hand."""
    return regions_in(paths).filter(level=Level.STREET)
