"""Services as they happen: asked, answered, offered, served, confirmed, reviewed; some go another way."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from accounts.models import ResidentProfile, User
from help_requests import actions as requests
from help_requests.models import ArrivalCode, HelpRequest, ServiceType
from help_requests.rules import SOONEST
from help_requests.states import RefusalReason
from kernel.refusals import Refusal
from matching import actions as matching
from matching.models import Assignment, Offer
from matching.states import AssignmentState, DeclineReason, OfferState
from service_records import actions as records
from service_records.models import ServiceRecord
from service_records.queries import open_record
from service_records.states import CheckMethod, Face, RecordState, ReturnReason, Side

if TYPE_CHECKING:
    from volunteer_hub.demo.city import City

WISHES = (
    "想去复诊，一个人不敢出门",
    "想有人陪着走走",
    "想把家里收拾干净",
    "想学会用手机",
    "想有人说说话",
)
KINDS = ("A1", "A3", "B1", "B2", "C6", "C7", "D1", "D2", "I1", "J1", "J4", "M1", "M3")


class Services:
    """The life of requests in the demo."""

    def __init__(self, city: "City") -> None:
        self.city, self.clock, self.random = city, city.clock, city.random
        self.kinds = {kind.code: kind for kind in ServiceType.objects.filter(code__in=KINDS)}

    def ask(
        self, resident: ResidentProfile, starts_at: datetime, *, kind: str = "", minutes: int = 0
    ) -> HelpRequest:
        """Let a resident's side ask for a visit at ``starts_at``; it is urgent when that is too near."""
        by = resident.user or resident.registered_by
        assert by is not None
        service = self.kinds[kind or self.random.choice(KINDS)]
        place: dict[str, Any] = {"place": "REMOTE"} if service.remote else {}
        request = requests.draft_request(
            resident=resident,
            by=by,
            now=self.clock.now,
            service_type=service,
            wish=self.random.choice(WISHES),
            wish_source="OWN_WORDS",
            starts_at=starts_at,
            urgency="SOON" if starts_at < self.clock.now + SOONEST else "NORMAL",
            minutes=minutes or self.random.choice((60, 90, 120)),
            **place,
        )
        return requests.submit_request(request=request, by=by, now=self.clock.now)

    def live(self, resident: ResidentProfile, starts_at: datetime) -> None:
        """Let a request begin its life now."""
        request = self.ask(resident, starts_at)
        self.clock.at(self.clock.now + timedelta(hours=2), lambda: self.answer(request))

    def answer(self, request: HelpRequest) -> None:
        """Let the street answer: mostly yes."""
        office, now = self.city.clerk(request.region), self.clock.now
        chance = self.random.random()
        if chance < 0.04:
            requests.refuse_request(
                request=request,
                reason=RefusalReason.NOT_A_VOLUNTEER_TASK,
                words="这需要专业护理，请联系社区卫生服务中心。",
                by=office,
                now=now,
            )
        elif chance < 0.08:
            requests.refer_request(request=request, words="请找区辅具中心。", by=office, now=now)
        else:
            requests.accept_request(request=request, words="可以办。", by=office, now=now)
            self.clock.at(now + timedelta(minutes=40), lambda: self.reply(request))

    def reply(self, request: HelpRequest, *, rounds: int = 4) -> None:
        """Let the volunteers who were asked answer: some say no, the first yes takes the place."""
        now = self.clock.now
        sent = Offer.objects.filter(opening__visit__request=request, state=OfferState.SENT)
        for offer in sent.select_related("volunteer__key", "opening").order_by("pk"):
            if not Offer.objects.filter(pk=offer.pk, state=OfferState.SENT).exists():
                continue
            if self.random.random() < 0.35:
                reason = self.random.choice(DeclineReason.values)
                matching.decline_offer(offer=offer, reason=reason, by=offer.volunteer, now=now)
                continue
            try:
                task = matching.accept_offer(offer=offer, by=offer.volunteer, now=now)
            except Refusal:
                continue  # somebody busy meanwhile: the offer runs out by itself
            self.serve_later(task)
        if sent.exists() or rounds == 0:
            return
        self.clock.at(now + timedelta(hours=1), lambda: self.reply(request, rounds=rounds - 1))

    def serve_later(self, task: Assignment) -> None:
        """Plan the coming of the volunteer."""
        late = timedelta(minutes=self.random.randint(-8, 6))
        self.clock.at(task.opening.starts_at + late, lambda: self.come(task))

    def _fresh(self, task: Assignment) -> Assignment:
        return Assignment.objects.select_related(
            "volunteer", "opening__visit__request", "opening__region", "opening__organization"
        ).get(pk=task.pk)

    def come(self, task: Assignment) -> None:
        """Check in at the door."""
        task = self._fresh(task)
        visit = task.opening.visit
        if task.state != AssignmentState.LIVE or visit is None:
            return
        if open_record(task.volunteer):
            return  # who forgot to check out of the last one is stopped at the next door
        code = ArrivalCode.objects.select_related("key").get(visit=visit).code
        records.check_in(
            assignment=task,
            method=CheckMethod.ARRIVAL_CODE,
            code=str(code),
            by=task.volunteer,
            now=self.clock.now,
        )
        if self.random.random() < 0.03:
            return
        late = timedelta(minutes=self.random.randint(-10, 15))
        self.clock.at(task.opening.ends_at + late, lambda: self.go(task))

    def go(self, task: Assignment) -> None:
        """Check out; both sides say how it was."""
        task = self._fresh(task)
        if task.state != AssignmentState.CHECKED_IN:
            return
        record = records.check_out(assignment=task, by=task.volunteer, now=self.clock.now)
        self.clock.at(self.clock.now + timedelta(hours=3), lambda: self.confirm(record))

    def confirm(self, record: ServiceRecord) -> None:
        """Let the resident's side confirm, and say how it was."""
        record = self.city.record(record.pk)
        visit, now = record.assignment.opening.visit, self.clock.now
        if record.state != RecordState.UNCONFIRMED or visit is None:
            return
        resident = visit.request.resident
        who: User = resident.user or self.city.clerk(record.region)
        records.confirm_record(record=record, by=who, now=now)
        if resident.user and self.random.random() < 0.6:
            face = self.random.choice((Face.GOOD, Face.GOOD, Face.GOOD, Face.FAIR, Face.BAD))
            records.evaluate(
                assignment=record.assignment, side=Side.RESIDENT, face=face, by=who, now=now
            )
        self.clock.at(now + timedelta(days=1), lambda: self.review(record))

    def review(self, record: ServiceRecord) -> None:
        """Let the district's reviewer decide."""
        record = self.city.record(record.pk)
        if record.state != RecordState.PROPOSED:
            return
        reviewer = self.city.reviewer(record.region)
        if self.random.random() < 0.05:
            records.return_hours(
                record=record,
                reason=ReturnReason.MINUTES,
                words="时间与计划不符，请说明。",
                by=reviewer,
                now=self.clock.now,
            )
        else:
            records.approve_hours(record=record, by=reviewer, now=self.clock.now)
