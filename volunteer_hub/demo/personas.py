"""One person per role, all of one street, so that their pages show the same chain."""

import json
import os
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from accounts import actions
from accounts.models import ResidentProfile, User, VolunteerProfile
from accounts.states import DeskRole, ProxyKind
from help_requests import actions as requests
from kernel.refusals import Refusal
from kernel.workdays import local_date
from matching import actions as matching
from matching.models import Opening
from regions.models import Region
from regions.queries import city as whole_city
from rights import actions as rights
from service_records.models import ServiceRecord
from service_records.states import RecordState
from volunteer_hub.demo.city import City
from volunteer_hub.demo.coming import open_coming
from volunteer_hub.demo.people import resident, volunteer

PASSWORD = "demo-city-2026"  # noqa: S105 (fictional people only)
TITLES = {
    "resident": "居民（服务对象）",
    "guardian": "监护人",
    "officer": "居委干部（代办）",
    "volunteer": "志愿者",
    "coordinator": "组织负责人",
    "operator": "12385 热线坐席",
    "street": "街镇工作人员",
    "district": "区工作人员",
    "city": "市工作人员",
    "reviewer": "时长审核员",
    "case_handler": "投诉申诉处理人",
    "auditor": "审计员",
}


class Personas:
    """Makes the personas and what is going on around them right now."""

    def __init__(self, city: City) -> None:
        self.city, self.clock, self.street = city, city.clock, city.streets[0]
        self.rows: list[dict[str, Any]] = []

    def add(self, role: str, user: User, region: Region) -> None:
        """Give a persona a password and a token."""
        now = self.clock.now
        actions.set_password(user=user, new=PASSWORD, by=user, now=now)
        _token, secret = actions.make_token(
            user=user, name="demo", scopes=["read", "write"], days=365, by=user, now=now
        )
        self.rows.append(
            {
                "role": role,
                "title": TITLES[role],
                "name": str(user.name),
                "login": str(user.phone),
                "password": PASSWORD,
                "token": secret,
                "region": region.name_zh,
                "ref": user.ref,
            }
        )

    def settle(self) -> tuple[ResidentProfile, User, VolunteerProfile]:
        """Make resident, guardian, officer and volunteer, before the sixty days begin."""
        made, now = self.city.made, self.clock.now
        whom = resident(made, self.street, now, number=1)
        child = resident(made, self.street, now, number=4, by=self.city.clerk(self.street))
        guardian, officer = made.user(now), made.user(now)
        for proxy, kind, person in (
            (guardian, ProxyKind.GUARDIAN, whom),
            (officer, ProxyKind.OFFICER, child),
        ):
            by = person.user or proxy
            grant = actions.submit_grant(
                resident=person,
                proxy=proxy,
                kind=kind,
                evidence="户口簿",
                valid_until=local_date(self.city.end) + timedelta(days=365),
                by=by,
                now=now,
            )
            if person.user is None:
                actions.decide_grant(
                    grant=grant, accept=True, reason="", by=self.city.clerk(self.street), now=now
                )
        helper = volunteer(made, self.street, now, always=True)
        rest = self.city.end - timedelta(days=6)  # so that the last hours are free for ``present``
        self.clock.at(rest, lambda: self._pause(helper, local_date(self.city.end)))
        self.officer = officer
        self.city.residents += [whom, whom, whom, child]
        return whom, guardian, helper

    def _pause(self, helper: VolunteerProfile, until: date | None) -> None:
        helper = VolunteerProfile.objects.select_related("user__key", "key").get(pk=helper.pk)
        actions.set_limits(
            volunteer=helper,
            minutes_per_week=helper.minutes_per_week,
            paused_until=until and until + timedelta(days=7),
            by=helper.user,
            now=self.clock.now,
        )

    def _visit(self, whom: ResidentProfile, hours: float, kind: str) -> Opening:
        """Let a visit of ``whom`` be asked for and accepted, ``hours`` from now."""
        now = self.clock.now
        start = now + timedelta(hours=hours)
        request = self.city.services.ask(whom, start, kind=kind, minutes=90)
        requests.accept_request(request=request, by=self.city.clerk(self.street), now=now)
        self.clock.work()
        return Opening.objects.get(visit__request=request)

    def present(self, whom: ResidentProfile, helper: VolunteerProfile) -> None:
        """Bring about what is going on now: a visit soon, an offer, a request to answer, an appeal."""
        now, office = self.clock.now, self.city.clerk(self.street)
        self._pause(helper, None)
        soon = self._visit(whom, 0.75, "A1")  # check-in is open at once: nobody waits to try it
        offer = matching.send_offer(opening=soon, volunteer=helper.user, by=office, now=now)
        matching.accept_offer(offer=offer, by=helper.user, now=now)
        later = self._visit(whom, 50, "C7")
        matching.send_offer(opening=later, volunteer=helper.user, by=office, now=now)
        self.city.services.ask(whom, now + timedelta(days=3), kind="D1")
        self._appeals()
        by = whom.user
        rights.submit_complaint(
            kind="PRIVACY", words="有人在楼道里问起我的病情。", region=self.street, by=by, now=now
        )

    def _appeals(self) -> None:
        """One appeal that was upheld, one that waits."""
        now = self.clock.now
        approved = ServiceRecord.objects.filter(
            state=RecordState.APPROVED, region__parent=self.street.parent
        ).order_by("-service_on", "pk")
        for number, row in enumerate(approved[:6]):
            record = self.city.record(row.pk)
            try:
                appeal = rights.submit_appeal(
                    record=record,
                    reason="MINUTES",
                    words="签退时网络不好，少算了几分钟。",
                    claimed_minutes=record.minutes + 5,
                    by=record.volunteer,
                    now=now,
                )
            except Refusal:
                continue
            if number == 0:
                handler = self.city.handler(self.street)
                rights.acknowledge(case=appeal, by=handler, now=now)
                rights.conclude(
                    case=appeal,
                    outcome="UPHELD",
                    words="已核对门口记录，更正。",
                    minutes=record.minutes + 5,
                    by=handler,
                    now=now,
                )
            else:
                break
        self.clock.work()

    def offices(self) -> None:
        """Make the personas of the offices."""
        street, city = self.street, self.city
        district = street.parent
        assert district is not None
        self.add("street", city.clerk(street), street)
        self.add("district", city.district_office(street), district)
        self.add("city", city.post(DeskRole.CITY, whole_city()), whole_city())
        self.add("reviewer", city.reviewer(street), district)
        self.add("case_handler", city.handler(street), district)
        self.add("operator", city.post(DeskRole.OPERATOR, whole_city()), whole_city())
        self.add("auditor", city.post(DeskRole.AUDITOR, whole_city()), whole_city())

    def coming(self, helper: VolunteerProfile, *, without: set[int]) -> None:
        """Bring about what is open for the coming days. The volunteer is on a pause meanwhile: all of it is
        left for the page that says what they could do."""
        self._pause(helper, local_date(self.clock.now))
        open_coming(self.city, self.street, without=without)
        self._pause(helper, None)
        self.clock.work()

    def write(self) -> None:
        """Keep the list in the data folder, for the demo's own door; nobody else reads it."""
        path = settings.DATA / "personas.json"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        order = list(TITLES)
        self.rows.sort(key=lambda row: order.index(row["role"]))
        with os.fdopen(handle, "w") as file:
            json.dump(self.rows, file, ensure_ascii=False, indent=1)
