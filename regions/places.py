"""Points on the ground: WGS-84 degrees, metres, and the grid that blurs them."""

import math

from coord_convert import transform
from django.conf import settings
from django.utils.translation import gettext as _

from kernel.refusals import Invalid

EARTH_M = 6_371_008.8
GRID = 0.005  # degrees: about 500 m; snapped, not random, since an average would undo noise


def haversine_m(lat1: float, lng1: float, lat2: float, lng2: float) -> float:
    """Return the great-circle distance in metres."""
    a, b = math.radians(lat1), math.radians(lat2)
    half = (
        math.sin((b - a) / 2) ** 2
        + math.cos(a) * math.cos(b) * math.sin(math.radians(lng2 - lng1) / 2) ** 2
    )
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(half)))


def snap(lat: float, lng: float) -> tuple[float, float]:
    """Return the corner of the grid nearest to the point."""
    return round(round(lat / GRID) * GRID, 6), round(round(lng / GRID) * GRID, 6)


def check_point(lat: float, lng: float, *, field: str = "") -> None:
    """Refuse what is no point in the area served (setting ``HUB_BOX``): swapped, (0, 0), NaN, foreign."""
    south, north, west, east = settings.HUB_BOX
    if not (south <= lat <= north and west <= lng <= east):
        raise Invalid("foreign_point", _("This place is not in the area we serve."), field=field)


def to_wgs84(lat: float, lng: float, system: str) -> tuple[float, float]:
    """Return the point in WGS-84, given in WGS-84, GCJ-02 or BD-09."""
    convert = {"WGS-84": None, "GCJ-02": transform.gcj2wgs, "BD-09": transform.bd2wgs}
    if system not in convert:
        raise Invalid("unknown_system", _("This coordinate system is not known."), field="system")
    if (function := convert[system]) is None:
        return lat, lng
    longitude, latitude = function(lng, lat)
    return latitude, longitude
