"""Service points of the registers, fictional but for the names of their streets."""

from collections.abc import Sequence

from regions.actions import put_point
from regions.models import Region
from regions.states import AccessFact, PointKind

NAMES = {
    PointKind.STREET_DESK: "助残服务窗口",
    PointKind.CINEMA: "无障碍影厅",
    PointKind.SPORT: "残疾人健身点",
    PointKind.DEVICES: "辅具服务社",
    PointKind.REHAB: "社区康复站",
    PointKind.SUNSHINE_HOME: "阳光之家",
}
OPENS = ("周一至周五 9:00–17:00", "每天 9:00–21:00", "周二至周日 10:00–18:00")


def open_points(streets: Sequence[Region], *, most: int = 48) -> None:
    """Write up to ``most`` points into the registers of ``streets``, two a street."""
    kinds, facts = list(PointKind), list(AccessFact)
    made = 0
    for number, street in enumerate(streets[: most // 2]):
        for kind in (PointKind.STREET_DESK, kinds[1 + number % (len(kinds) - 1)]):
            put_point(
                kind=kind,
                region=street,
                name=f"{street.name_zh}{NAMES[kind]}",
                address=f"{street.name_zh}{10 + number}号",
                lat=street.lat,
                lng=street.lng,
                access=[fact for at, fact in enumerate(facts) if (number + at + made) % 3],
                opens=OPENS[number % len(OPENS)],
            )
            made += 1
