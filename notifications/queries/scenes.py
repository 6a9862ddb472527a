"""What an event is about, as far as telling goes: the present state of its subject, and who is in it.

One function for each kind of subject. ``facts`` go into the notice: no personal data.
"""

from collections.abc import Callable
from typing import Any

from accounts.models import (
    Credential,
    Desk,
    Passkey,
    ProxyGrant,
    User,
    Verification,
    VolunteerProfile,
)
from help_requests.models import HelpRequest, Visit
from incentives.models import PointEntry, Proof, StarLevel
from incentives.states import EntryKind
from kernel.models import Event
from matching.models import Application, Assignment, Offer, Opening
from matching.states import LIVE, ApplicationState
from notifications.queries import persons
from notifications.queries.stage import (
    OPENING,
    REQUEST,
    TASK,
    WHAT,
    Scene,
    body_link,
    coming,
    desk_link,
    farther_facts,
    moment,
    names,
    opening_facts,
    resident_of,
    visit_facts,
)
from organizations.models import Membership, Organization, Project, Shift
from rights.models import Appeal, Complaint, Incident
from rights.queries import involved_in
from service_records.models import Evaluation, ServiceRecord


def _request(event: Event) -> Scene:
    row = HelpRequest.objects.select_related(*REQUEST).get(pk=event.subject_id)
    facts: dict[str, Any] = {"number": row.number, "what": names(row.service_type)}
    if row.starts_at:
        facts["starts_at"] = moment(row.starts_at)
    if row.answer_due_at:
        facts["due_at"] = moment(row.answer_due_at)
    return Scene(
        facts=facts,
        link=f"/help-requests/{row.ref}/",
        desk_link=f"/console/requests/{row.ref}/",
        resident=row.resident,
        organization=row.in_charge,
        region=row.region,
        situation=row.state,
    )


def _visit(event: Event) -> Scene:
    around = (f"request__{name}" for name in REQUEST)
    row = Visit.objects.select_related(*around).get(pk=event.subject_id)
    opening = Opening.objects.filter(visit=row).first()
    # What was called off with its whole request is told once, by the request.
    whole = row.state == row.request.state == "CANCELLED"
    return Scene(
        facts=visit_facts(row),
        link=f"/visits/{row.ref}/",
        desk_link=f"/console/requests/{row.request.ref}/",
        resident=row.request.resident,
        coming=coming(opening),
        organization=row.request.in_charge,
        region=row.request.region,
        situation="WITH_THE_REQUEST" if whole else row.state,
    )


def _organization(event: Event) -> Scene:
    row = Organization.objects.select_related("region__parent").get(pk=event.subject_id)
    return Scene(
        facts={"name": row.name, "number": row.number},
        link="/org/",
        desk_link="/console/verify/",
        organization=row,
        region=row.region,
        situation=row.state,
    )


def _membership(event: Event) -> Scene:
    row = Membership.objects.select_related("user__key", "organization").get(pk=event.subject_id)
    return Scene(
        facts={"name": row.organization.name, "member": row.role},
        link="/account/",
        owner=row.user,
        situation="TAKEN_UP" if row.confirmed_at else "OFFERED",
    )


def _project(event: Event) -> Scene:
    row = Project.objects.select_related("organization", "region__parent").get(pk=event.subject_id)
    return Scene(
        facts={"what": row.title, "number": row.number},
        link=f"/org/projects/{row.ref}/",
        desk_link="/console/verify/",
        organization=row.organization,
        region=row.region,
        situation=row.state,
    )


def _shift(event: Event) -> Scene:
    row = Shift.objects.select_related("project__organization").get(pk=event.subject_id)
    opening = Opening.objects.filter(shift=row).select_related("shift__project").first()
    moved = event.data.get("moved", True)
    return Scene(
        facts={
            "what": row.project.title,
            "starts_at": moment(row.starts_at),
            "ends_at": moment(row.ends_at),
        },
        link=f"/projects/{row.project.ref}/",
        coming=coming(opening, waiting=True),
        situation=row.state if moved else "SAME_TIME",
    )


def _opening(event: Event) -> Scene:
    row = Opening.objects.select_related(*OPENING, "region__parent").get(pk=event.subject_id)
    return Scene(
        facts={**opening_facts(row), **farther_facts(row)},
        link=desk_link(row),
        desk_link=desk_link(row),
        organization=row.organization,
        region=row.region.parent if event.data.get("above") else row.region,
        situation=row.state,
    )


def _offer(event: Event) -> Scene:
    around = (f"opening__{name}" for name in WHAT)
    row = Offer.objects.select_related("volunteer__key", *around).get(pk=event.subject_id)
    return Scene(
        facts={**opening_facts(row.opening), "until_at": moment(row.expires_at)},
        link=f"/offers/{row.ref}/",
        owner=row.volunteer,
        situation=row.state,
    )


def _application(event: Event) -> Scene:
    row = Application.objects.select_related(*TASK).get(pk=event.subject_id)
    shift = row.opening.shift
    promoted = event.data.get("source") == ApplicationState.WAITING
    accepted = row.state == ApplicationState.ACCEPTED
    return Scene(
        facts=opening_facts(row.opening),
        link=f"/projects/{shift.project.ref}/" if shift else "/volunteer/",
        desk_link=desk_link(row.opening),
        body_link=body_link(row.opening),
        owner=row.volunteer,
        organization=row.opening.organization,
        situation="PROMOTED" if accepted and promoted else row.state,
    )


def _assignment(event: Event) -> Scene:
    row = Assignment.objects.select_related(*TASK).get(pk=event.subject_id)
    is_live = row.state in LIVE
    return Scene(
        facts=opening_facts(row.opening),
        link=f"/assignments/{row.ref}/",
        desk_link=desk_link(row.opening),
        body_link=body_link(row.opening),
        owner=row.volunteer,
        resident=resident_of(row.opening),
        # A shift has no resident who waits at home: its organization sees the roster.
        region=row.opening.region if row.opening.visit else None,
        organization=row.opening.organization,
        situation="BY_OFFER" if is_live and row.offer_id else row.state,
    )


def _record(event: Event) -> Scene:
    tasks = [f"assignment__{name}" for name in TASK]
    row = ServiceRecord.objects.select_related("recorded_by__key", "region", *tasks).get(
        pk=event.subject_id
    )
    opening = row.assignment.opening
    return Scene(
        facts={
            **opening_facts(opening),
            "number": row.number,
            "minutes": row.minutes,
            "due_on": row.record_due_on.isoformat(),
        },
        link=f"/service-records/{row.ref}/",
        desk_link=f"/console/records/{row.ref}/",
        body_link=f"/org/records/{row.ref}/",
        side_link=f"/visits/{opening.visit.ref}/" if opening.visit else "",
        owner=row.assignment.volunteer,
        resident=resident_of(opening),
        organization=row.organization,
        region=row.region,
        recorder=row.recorded_by,
        situation=row.state,
    )


def _evaluation(event: Event) -> Scene:
    row = Evaluation.objects.select_related(*(f"assignment__{name}" for name in TASK)).get(
        pk=event.subject_id
    )
    return Scene(
        facts=opening_facts(row.assignment.opening),
        link=f"/assignments/{row.assignment.ref}/",
        owner=row.assignment.volunteer,
        situation=row.side,
    )


def _points(event: Event) -> Scene:
    row = PointEntry.objects.select_related("debit__owner__key", "credit__owner__key").get(
        pk=event.subject_id
    )
    account = row.credit if row.kind == EntryKind.AWARD else row.debit
    return Scene(facts={"n": row.amount}, link="/volunteer/hours/", owner=account.owner)


def _stars(event: Event) -> Scene:
    row = StarLevel.objects.select_related("volunteer__key").get(pk=event.subject_id)
    return Scene(
        facts={"n": row.stars},
        link="/volunteer/hours/",
        owner=row.volunteer,
        situation="LOST" if row.lost_at else "REACHED",
    )


def _proof(event: Event) -> Scene:
    row = Proof.objects.select_related("volunteer__key").get(pk=event.subject_id)
    return Scene(facts={"number": row.number}, link="/volunteer/hours/", owner=row.volunteer)


def _case(event: Event) -> Scene:
    model: Any = Appeal if event.subject_type == Appeal._meta.label_lower else Complaint
    row = model.objects.select_related("by__key", "handler__key", "region__parent__parent").get(
        pk=event.subject_id
    )
    last = row.rulings.order_by("pk").last()
    return Scene(
        facts={
            "number": row.number,
            "case": event.subject_type.partition(".")[2],
            "acknowledge_on": row.acknowledge_by.isoformat(),
            "conclude_on": row.conclude_by.isoformat(),
            "ruling": last.outcome if last else "",
            "minutes": last.minutes if last else None,
        },
        link=f"/cases/{row.ref}/",
        desk_link=f"/cases/{row.ref}/",
        owner=row.by,
        handler=row.handler,
        region=row.region,
        involved=frozenset(involved_in(row)),
        situation=row.state,
    )


def _incident(event: Event) -> Scene:
    row = Incident.objects.select_related(
        "by__key", "handler__key", "region__parent__parent", "assignment__opening__organization"
    ).get(pk=event.subject_id)
    return Scene(
        facts={"number": row.number, "incident": row.kind, "due_at": moment(row.report_due_at)},
        link=f"/cases/incidents/{row.ref}/",
        desk_link=f"/cases/incidents/{row.ref}/",
        owner=row.by,
        handler=row.handler,
        organization=row.assignment.opening.organization if row.assignment else None,
        region=row.region,
        involved=frozenset({row.by_id}),
        situation=row.state,
    )


_BY_SUBJECT: dict[type[Any], Callable[[Event], Scene]] = {
    User: persons.of_user,
    Passkey: persons.of_passkey,
    Verification: persons.of_verification,
    Credential: persons.of_credential,
    ProxyGrant: persons.of_grant,
    VolunteerProfile: persons.of_volunteer,
    Desk: persons.of_desk,
    HelpRequest: _request,
    Visit: _visit,
    Organization: _organization,
    Membership: _membership,
    Project: _project,
    Shift: _shift,
    Opening: _opening,
    Offer: _offer,
    Application: _application,
    Assignment: _assignment,
    ServiceRecord: _record,
    Evaluation: _evaluation,
    PointEntry: _points,
    StarLevel: _stars,
    Proof: _proof,
    Complaint: _case,
    Appeal: _case,
    Incident: _incident,
}
_SCENES = {model._meta.label_lower: scene for model, scene in _BY_SUBJECT.items()}


def scene_of(event: Event) -> Scene:
    """Return what ``event`` is about, as it stands now (deliveries come late and in any order)."""
    return _SCENES[event.subject_type](event)
