"""Building the city: people first, then sixty days of service, then what is going on now."""

from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from django.db import transaction
from django.db.models import Count, QuerySet
from tqdm import tqdm

from accounts import actions as people
from accounts.models import ResidentProfile, User, VolunteerProfile
from accounts.states import DeskRole
from kernel.workdays import at_local, local_date
from matching.models import Assignment
from regions.models import Region
from regions.queries import city as whole_city
from regions.queries import districts, streets
from service_records.models import ServiceRecord
from volunteer_hub.demo.bodies import Bodies
from volunteer_hub.demo.clock import Clock
from volunteer_hub.demo.history import Services
from volunteer_hub.demo.people import Made, resident, volunteer
from volunteer_hub.demo.points import open_points

DAYS = 60
WORK = 5  # times as long the sixty days take as registering everybody, for the bar on the terminal
VOLUNTEERS, RESIDENTS, ORGANIZATIONS, SERVICES = 300, 200, 20, 350  # at scale 1
RECORD = ("region__parent", "organization", "assignment__opening__visit__request__resident__user")


class City:
    """One demo city: the same seed and day give the same people and facts."""

    def __init__(self, *, seed: int, scale: float, now: datetime) -> None:
        self.random = Random(seed)  # noqa: S311 (a demo, not a secret)
        self.scale, self.end = scale, now
        self.clock = Clock(at_local(local_date(now) - timedelta(days=DAYS + 5), 8 * 60))
        self.made = Made(self.random)
        self.streets = self._streets()
        self.services = Services(self)
        self.bodies = Bodies(self)
        self.residents: list[ResidentProfile] = []
        self._clerks: dict[int, User] = {}
        self._district: dict[int, dict[DeskRole, User]] = {}
        self._near: dict[int, list[VolunteerProfile]] = {}

    def _streets(self) -> list[Region]:
        """Return the streets that have people: a few of some districts, more with the scale."""
        here = list(districts())
        chosen = sorted(self.random.sample(range(len(here)), min(len(here), 3 + int(self.scale))))
        found: list[Region] = []
        for number in chosen:
            found += list(streets(here[number]))[: max(3, min(30, int(3 * self.scale)))]
        return found

    def post(self, role: DeskRole, region: Region) -> User:
        """Give somebody new a post."""
        user = self.made.user(self.clock.now)
        people.grant_desk(
            user=user,
            role=role,
            region=region,
            starts_on=local_date(self.clock.now),
            by=None,
            now=self.clock.now,
        )
        return user

    def clerk(self, street: Region) -> User:
        """Return the street's officer."""
        if street.pk not in self._clerks:
            self._clerks[street.pk] = self.post(DeskRole.STREET, street)
        return self._clerks[street.pk]

    def _of_district(self, street: Region, role: DeskRole) -> User:
        district = street.parent
        assert district is not None
        posts = self._district.setdefault(district.pk, {})
        if role not in posts:
            posts[role] = self.post(role, district)
        return posts[role]

    def district_office(self, street: Region) -> User:
        """Return the officer of the street's district."""
        return self._of_district(street, DeskRole.DISTRICT)

    def reviewer(self, street: Region) -> User:
        """Return the reviewer of hours in the street's district."""
        return self._of_district(street, DeskRole.REVIEWER)

    def handler(self, street: Region) -> User:
        """Return who handles cases in the street's district."""
        return self._of_district(street, DeskRole.CASE_HANDLER)

    def near(self, street: Region) -> list[VolunteerProfile]:
        """Return volunteers of the street's district."""
        if street.parent_id not in self._near:
            found = VolunteerProfile.objects.filter(region__parent=street.parent)
            self._near[street.parent_id or 0] = list(
                found.select_related("user__key").order_by("pk")
            )
        return self._near[street.parent_id or 0]

    def record(self, pk: int) -> ServiceRecord:
        """Return a record with all that actions look at."""
        return ServiceRecord.objects.select_related(*RECORD).get(pk=pk)

    def tasks(self, rows: "QuerySet[Assignment]") -> list[Assignment]:
        """Return tasks with all that actions look at."""
        return list(
            rows.select_related(
                "volunteer__key",
                "opening__organization",
                "opening__region",
                "opening__shift__project",
            ).order_by("pk")
        )

    def settle(self, bar: "tqdm[None]") -> None:
        """Register everybody, in moderate transactions."""
        open_points(self.streets)
        self.post(DeskRole.CITY, whole_city())
        for number in range(round(VOLUNTEERS * self.scale)):
            with transaction.atomic():
                volunteer(self.made, self.streets[number % len(self.streets)], self.clock.now)
            bar.update()
        for number in range(round(RESIDENTS * self.scale)):
            street = self.streets[number % len(self.streets)]
            by = self.clerk(street) if number % 10 == 3 else None
            with transaction.atomic():
                self.residents.append(
                    resident(self.made, street, self.clock.now, number=number, by=by)
                )
            bar.update()

    def plan(self) -> None:
        """Plan the sixty days: requests at daytime, projects by the week."""
        first = local_date(self.clock.now) + timedelta(days=1)
        for number in range(max(1, round(ORGANIZATIONS * self.scale))):
            street = self.streets[number % len(self.streets)]
            with transaction.atomic():
                body = self.bodies.found(number, street)
                if number % 4 == 0:
                    self.bodies.weekly(body, number // 4, street, weeks=10)
        for _number in range(round(SERVICES * 0.55 * self.scale)):
            person = self.random.choice(self.residents)
            day = first + timedelta(days=self.random.randint(0, DAYS))
            asked = at_local(day, self.random.randint(8 * 60, 16 * 60))
            visit = at_local(
                day + timedelta(days=self.random.randint(2, 4)),
                self.random.choice(range(9 * 60, 17 * 60, 30)),
            )
            self.clock.at(asked, partial(self.services.live, person, visit))

    def build(self) -> None:
        """Do it all, with a bar on the terminal."""
        everybody = round((VOLUNTEERS + RESIDENTS) * self.scale)
        with tqdm(total=everybody * (1 + WORK), desc="demo city", unit="") as bar:
            self.settle(bar)
            self.plan()
            self.clock.work()
            begin, length = self.clock.now, self.end - self.clock.now

            def step(now: datetime) -> None:
                done = everybody * (1 + WORK * (now - begin) / length)
                bar.update(round(done) - bar.n)

            self.clock.run_until(self.end, step=step)
            step(self.end)

    def counts(self) -> dict[str, int]:
        """Return how much of everything there is, by state where it has one."""
        states = (
            ServiceRecord.objects.values_list("state").annotate(n=Count("pk")).order_by("state")
        )
        return {
            "volunteers": VolunteerProfile.objects.count(),
            "residents": ResidentProfile.objects.count(),
            "tasks": Assignment.objects.count(),
            **{f"records {state}": number for state, number in states},
        }


def moment(today: date | None, now: datetime) -> datetime:
    """Return when the demo ends: now, or ten o'clock of another day."""
    if today is None or today == local_date(now):
        return now.replace(second=0, microsecond=0)
    return at_local(today, 10 * 60)
