"""Made-up people with plausible names and numbers that stand on no card (county code 310100)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from stdnum.iso7064 import mod_11_2

from accounts import actions
from accounts.gateways.realname import Answer, Outcome
from accounts.models import ResidentProfile, User, VolunteerProfile
from accounts.states import (
    TEXT_VERSION,
    Category,
    CredentialKind,
    Disability,
    Need,
    Purpose,
    SkillCode,
)
from regions.models import Region

FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建文志国庆春梅晓琳思远佳怡浩然子涵雨欣"
LESSON = {"ask_first": "yes", "share_photos": "no", "arrival_code": "resident"}
CITY_DAY = (8 * 60, 21 * 60)


@dataclass(slots=True)
class Made:
    """Counters that keep addresses and numbers apart."""

    random: Random
    phones: int = 0
    serials: int = 0

    def name(self) -> str:
        """Return a name of two or three characters."""
        size = self.random.choice((1, 2, 2))
        return self.random.choice(FAMILY) + "".join(self.random.sample(GIVEN, size))

    def phone(self) -> str:
        """Return a mobile number that nobody else of the demo has."""
        self.phones += 1
        return f"199{self.phones:08d}"

    def id_number(self, born: date) -> str:
        """Return a valid number; its serial stays below 900, where the demo's source has its rules."""
        self.serials += 1
        body = f"310100{born:%Y%m%d}{self.serials % 900:03d}"
        return body + mod_11_2.calc_check_digit(body)

    def birthday(self, youngest: int, oldest: int, today: date) -> date:
        """Return a day of birth for an age between the two."""
        days = self.random.randint(youngest * 366, oldest * 365)
        return today - timedelta(days=days)

    def user(self, now: datetime, *, name: str = "") -> User:
        """Return a new person."""
        return actions.make_user(
            channel="PHONE", address=self.phone(), name=name or self.name(), by=None, now=now
        )

    def address(self, street: Region) -> str:
        """Return an address that looks like one of ``street``."""
        r = self.random.randint
        return f"{street.name_zh}{r(1, 900)}弄{r(1, 90)}号{r(101, 1801)}室"

    def point(self, street: Region) -> tuple[float, float]:
        """Return a point within about a kilometre of the street's own."""
        return (
            street.lat + self.random.uniform(-0.008, 0.008),
            street.lng + self.random.uniform(-0.008, 0.008),
        )


def volunteer(
    made: Made, street: Region, now: datetime, *, always: bool = False
) -> VolunteerProfile:
    """Return a verified volunteer of ``street``; ``always`` is one with every hour free."""
    random = made.random
    user = made.user(now)
    name = str(user.name)
    # Two of three also let organizations read their names.
    for purpose in [Purpose.MATCHING, *([Purpose.SHARING] if made.serials % 3 else [])]:
        actions.give_consent(
            subject=user, purpose=purpose, text_version=TEXT_VERSION, by=user, now=now
        )
    born = made.birthday(19, 70, now.date())
    claim = actions.join_as_volunteer(
        user=user, name=name, id_number=made.id_number(born), text_version=TEXT_VERSION, now=now
    )
    answer = Answer(Outcome.MATCH, "demo", "match", "two-factor")
    actions.answer_identity(verification=claim, answer=answer, now=now)
    profile = VolunteerProfile.objects.select_related("user__key", "key").get(user=user)
    lat, lng = made.point(street)
    by: dict[str, Any] = {"volunteer": profile, "by": user, "now": now}
    actions.set_area(
        region=street, radius_m=random.choice((5000, 8000, 15000)), lat=lat, lng=lng, **by
    )
    skills = random.sample(SkillCode.values, random.randint(4, 9))
    if always:
        useful = ("WHEELCHAIR", "TEXT_CONTACT", "READING", "HOUSEWORK", "DIGITAL")
        skills = list(dict.fromkeys((*skills, *useful)))
    actions.set_skills(skills={code: random.choice((1, 2, 2, 3)) for code in skills}, **by)
    wanted = random.sample(Category.values, random.randint(5, 10))
    actions.set_categories(categories=Category.values if always else wanted, **by)
    days = range(7) if always else sorted(random.sample(range(7), random.randint(3, 7)))
    hours = (0, 1440) if always else CITY_DAY
    actions.set_windows(windows=[(day, *hours) for day in days], **by)
    actions.set_limits(minutes_per_week=2400 if always else 900, paused_until=None, **by)
    actions.pass_lesson(answers=LESSON, **by)
    if random.random() < 0.15:
        actions.submit_credential(
            kind=CredentialKind(random.choice(CredentialKind.values)),
            number=f"DEMO-{made.serials:05d}",
            issuer="上海市志愿者协会",
            issued_on=now.date() - timedelta(days=400),
            valid_until=now.date() + timedelta(days=700),
            **by,
        )
    return profile


def resident(
    made: Made, street: Region, now: datetime, *, number: int, by: User | None = None
) -> ResidentProfile:
    """Return a resident with consents; the number-th one has the number-th category of disability.

    With ``by`` the resident has no account of their own: ``by`` asks for them.
    """
    random = made.random
    category = Disability.values[number % 7]
    parts = ["1", "4"] if category == Disability.MULTIPLE else []
    needs = random.sample(Need.values, random.randint(0, 3))
    no_voice = category in {Disability.HEARING, Disability.SPEECH}
    if no_voice:
        needs.append(Need.TEXT_ONLY)
    user = None if by else made.user(now)
    lat, lng = made.point(street)
    purposes = [Purpose.DISABILITY, Purpose.SHARING]
    if number % 9:
        purposes.append(Purpose.MATCHING)
    return actions.register_resident(
        name=str(user.name) if user else made.name(),
        user=user,
        phone=made.phone(),
        birth_on=made.birthday(8 if by else 20, 85, now.date()),
        sex=random.choice("FM"),
        region=street,
        address=made.address(street),
        lat=lat,
        lng=lng,
        disability=(category, str(random.randint(1, 4)), parts),
        needs=needs,
        practical=random.choice(("门口有三级台阶", "轮椅宽 65 厘米", "按门铃后请等一分钟", "")),
        no_voice=no_voice,
        consents=[(purpose, TEXT_VERSION) for purpose in purposes],
        by=by or user,
        now=now,
    )
