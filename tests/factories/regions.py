"""A small tree: one city, districts and streets by their codes (the whole one is reference data)."""

from regions.models import Region
from regions.states import Level


def city() -> Region:
    """Return the city."""
    return _region("310000", Level.CITY, None)


def district(code: str = "310101") -> Region:
    """Return the district with this code."""
    return _region(code, Level.DISTRICT, city())


def street(code: str = "310101001") -> Region:
    """Return the street with this code, in the district that the code begins with."""
    return _region(code, Level.STREET, district(code[:6]))


def _region(code: str, level: Level, parent: Region | None) -> Region:
    region, _made = Region.objects.get_or_create(
        code=code,
        defaults={
            "level": level,
            "parent": parent,
            "path": f"{parent.path if parent else '/'}{code}/",
            "name_zh": f"区划{code}",
            "name_en": f"Region {code}",
            "lat": 31.22,
            "lng": 121.47,
        },
    )
    return region
