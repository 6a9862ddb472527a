"""What is open for the coming days around the personas' street: kinds that many could do, and some that
nobody of the demo can; each asked for, answered by its street and looked for as in life."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle

from accounts import actions as people
from accounts.models import ResidentProfile
from accounts.states import TEXT_VERSION, Purpose
from help_requests import actions as requests
from help_requests.models import ServiceType
from kernel.workdays import at_local, local_date
from regions.models import Region
from volunteer_hub.demo.city import City


@dataclass(frozen=True, slots=True)
class Wanted:
    """One need to come: the kind, in so many days at that hour, and what is said of it. ``by_hand``: the
    resident does not allow to be matched, so that a person chooses."""

    kind: str
    days: int
    hour: int
    wish: str
    minutes: int = 90
    urgency: str = "NORMAL"
    places: int = 1
    language: str = ""
    gender: str = ""
    by_hand: bool = False


COMING = (
    Wanted("A1", 1, 9, "想去公园走走，一个人不敢过马路"),
    Wanted("B1", 1, 13, "复诊，要上下楼，请陪我去", 180, urgency="URGENT"),
    Wanted("C1", 2, 10, "去房管所办事，要手语翻译", 120),
    Wanted("I1", 2, 15, "想用上海话说说话", 60, language="SHANGHAINESE"),
    Wanted("D1", 3, 9, "擦擦窗户，拖拖地", by_hand=True),
    Wanted("A3", 2, 9, "推我去社区食堂，再去晒晒太阳", 120),
    Wanted("H1", 3, 14, "房子的事想问问律师", 60),
    Wanted("B2", 1, 10, "药快吃完了，请代取", 60, urgency="URGENT"),
    Wanted("C7", 2, 16, "有几封信看不清", 60),
    Wanted("D2", 1, 16, "米和油太重，拿不动", urgency="SOON"),
    Wanted("C3", 4, 10, "想用上海手语聊聊近况", language="SIGN_SHANGHAI"),
    Wanted("C6", 3, 10, "想学会用手机挂号"),
    Wanted("D6", 2, 8, "想洗个澡，站不稳", places=2, gender="F"),
    Wanted("J1", 6, 13, "想去看一场无障碍电影", 150, places=2),
    Wanted("M1", 3, 9, "去社区事务受理中心办证", 120),
    Wanted("E3", 4, 15, "轮椅的刹车松了", 60),
    Wanted("B1", 4, 8, "早上抽血，请陪我去", 180, by_hand=True),
    Wanted("E2", 5, 10, "想请治疗师看看怎样练走路", 60),
    Wanted("D3", 5, 14, "好久没理发了", 60),
    Wanted("J3", 5, 15, "想有人一起写写毛笔字"),
    Wanted("A1", 5, 9, "一起去菜场看看", gender="F"),
    Wanted("D4", 6, 10, "水龙头一直滴水"),
    Wanted("G2", 7, 9, "面试，请陪我去", 120, by_hand=True),
    Wanted("N1", 7, 14, "想拍一张生日照片", 60),
    Wanted("D1", 8, 14, "换季的被子要收", 120),
)


def open_coming(city: City, street: Region, *, without: set[int]) -> None:
    """Let residents of ``street`` and of its neighbours in the district ask for ``COMING``; fewer in a small
    city. Nobody of ``without`` (keys of profiles) asks."""
    kinds = {kind.code: kind for kind in ServiceType.objects.all()}
    coming = COMING[: max(5, round(len(COMING) * min(1.0, city.scale)))]
    for wanted, resident in zip(coming, cycle(_residents(city, street, without)), strict=False):
        _ask(city, resident, kinds[wanted.kind], wanted)
    city.clock.work()


def _residents(city: City, street: Region, without: set[int]) -> Iterator[ResidentProfile]:
    """Yield those of the district who ask for themselves, of the street first."""
    found = {one.pk: one for one in city.residents if one.region.parent_id == street.parent_id}
    for one in sorted(found.values(), key=lambda one: (one.region_id != street.pk, one.pk)):
        if one.user and one.pk not in without:
            yield one


def _ask(city: City, resident: ResidentProfile, kind: ServiceType, wanted: Wanted) -> None:
    now, user = city.clock.now, resident.user
    assert user is not None
    standing = resident.consents.filter(purpose=Purpose.MATCHING, withdrawn_at=None)
    for consent in standing if wanted.by_hand else ():
        people.withdraw_consent(consent=consent, by=user, now=now)
    if not wanted.by_hand and not standing:
        people.give_consent(
            subject=resident,
            purpose=Purpose.MATCHING,
            text_version=TEXT_VERSION,
            by=user,
            now=now,
        )
    starts_at = at_local(local_date(now) + timedelta(days=wanted.days), 60 * wanted.hour)
    request = requests.draft_request(
        resident=resident,
        by=user,
        now=now,
        service_type=kind,
        wish=wanted.wish,
        wish_source="OWN_WORDS",
        starts_at=starts_at,
        minutes=wanted.minutes,
        urgency=wanted.urgency,
        places=wanted.places,
        language=wanted.language,
        gender_wish=wanted.gender,
        place="REMOTE" if kind.remote else "HOME",
    )
    requests.submit_request(request=request, by=user, now=now)
    clerk = city.clerk(request.region)
    requests.accept_request(request=request, words="可以办。", by=clerk, now=now)
