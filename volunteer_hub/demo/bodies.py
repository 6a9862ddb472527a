"""Made-up organizations, their projects, and shifts that volunteers come to."""

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from accounts.models import VolunteerProfile
from kernel.refusals import Refusal
from kernel.workdays import at_local, local_date
from matching import actions as matching
from matching.models import Assignment, Opening
from matching.states import ApplicationState, AssignmentState
from organizations import actions
from organizations.models import Organization, Project, Shift
from organizations.rules import check_character
from organizations.states import OrganizationKind
from regions.models import Region
from service_records import actions as records
from service_records.queries import open_record
from service_records.states import CheckMethod

if TYPE_CHECKING:
    from volunteer_hub.demo.city import City

NAMES = ("暖阳", "同行", "光影", "手语角", "彩虹桥", "邻里", "知音", "启明", "向日葵", "一路")
TITLES = (
    ("无障碍电影日", "陪视障观众看一场电影", "J"),
    ("社区读报会", "每周为老人读报聊天", "C"),
    ("轮椅公园行", "一起去公园走走", "A"),
    ("手机课堂", "教大家用手机", "C"),
    ("康复操", "陪着做一节康复操", "E"),
)


class Bodies:
    """Organizations of the demo."""

    def __init__(self, city: "City") -> None:
        self.city, self.clock, self.random = city, city.clock, city.random

    def found(self, number: int, street: Region) -> Organization:
        """Register an organization and let its district verify it."""
        made, now = self.city.made, self.clock.now
        district = street.parent
        assert district is not None
        body = f"52310000{number:09d}"
        organization = actions.register_organization(
            name=f"{district.name_zh}{NAMES[number % len(NAMES)]}助残服务中心{number + 1}",
            kind=OrganizationKind.SERVICE,
            credit_code=body + check_character(body),
            region=district,
            address=f"{street.name_zh}服务路{number + 1}号",
            contact="021-12385",
            about="陪伴残疾人居民的本地机构。",
            by=made.user(now),
            now=now,
        )
        office = self.city.district_office(street)
        actions.decide_organization(
            organization=organization, accept=True, reason="", by=office, now=now
        )
        return organization

    def project(self, organization: Organization, number: int, street: Region) -> Project:
        """Draft a project in ``street``."""
        title, summary, category = TITLES[number % len(TITLES)]
        return actions.make_project(
            organization=organization,
            title=title,
            summary=summary,
            description=f"{summary}。集合、培训和保险由我们安排。",
            category=category,
            region=street,
            place=f"{street.name_zh}社区活动中心",
            insured=True,
            by=organization.registered_by,
            now=self.clock.now,
        )

    def open(self, project: Project, starts: list[datetime], *, places: int = 3) -> list[Shift]:
        """Plan shifts of two hours, and let the district publish the project."""
        now, by = self.clock.now, project.organization.registered_by
        shifts = [
            actions.add_shift(
                project=project,
                starts_at=start,
                ends_at=start + timedelta(hours=2),
                places=places,
                by=by,
                now=now,
            )
            for start in starts
        ]
        actions.submit_project(project=project, by=by, now=now)
        office = self.city.district_office(project.region)
        actions.publish_project(project=project, by=office, now=now)
        return shifts

    def weekly(self, organization: Organization, number: int, street: Region, weeks: int) -> None:
        """Run a project for some weeks of the past, and into the coming ones."""
        project = self.project(organization, number, street)
        first = local_date(self.clock.now) + timedelta(days=5 + number % 7)
        starts = [at_local(first + timedelta(weeks=week), 14 * 60) for week in range(weeks)]
        for shift in self.open(project, starts):
            self.clock.at(shift.starts_at - timedelta(days=2), partial(self.sign_up, shift))
            self.clock.at(shift.starts_at, partial(self.gather, shift))
            self.clock.at(shift.ends_at, partial(self.part, shift))

    def sign_up(self, shift: Shift, *, most: int = 5) -> None:
        """Let volunteers who live near apply; who comes too late waits in line."""
        opening = Opening.objects.filter(shift=shift).first()
        if opening is None:
            return
        near: list[VolunteerProfile] = self.city.near(shift.region)
        for profile in self.random.sample(near, min(len(near), 3 * most)):
            waiting = opening.applications.filter(state=ApplicationState.WAITING).count()
            if waiting:
                return
            try:
                matching.apply(opening=opening, by=profile.user, now=self.clock.now)
            except Refusal:
                continue  # not free then, too far, or busy: as in life

    def gather(self, shift: Shift) -> None:
        """Let the coordinator mark who has come."""
        tasks = Assignment.objects.filter(opening__shift=shift, state=AssignmentState.LIVE)
        for task in self.city.tasks(tasks):
            if open_record(task.volunteer):
                continue  # who forgot to check out of the last one is stopped at the next door
            if self.random.random() < 0.92:
                records.check_in(
                    assignment=task,
                    method=CheckMethod.COORDINATOR,
                    by=shift.project.organization.registered_by,
                    now=self.clock.now,
                )
            else:
                by = shift.project.organization.registered_by
                matching.mark_no_show(assignment=task, by=by, now=self.clock.now)

    def part(self, shift: Shift) -> None:
        """Let the coordinator check everybody out and confirm the hours."""
        by, now = shift.project.organization.registered_by, self.clock.now
        tasks = Assignment.objects.filter(opening__shift=shift, state=AssignmentState.CHECKED_IN)
        for task in self.city.tasks(tasks):
            record = records.check_out(
                assignment=task, method=CheckMethod.COORDINATOR, by=by, now=now
            )
            records.confirm_record(record=self.city.record(record.pk), by=by, now=now)
            self.clock.at(now + timedelta(days=2), partial(self.city.services.review, record))
