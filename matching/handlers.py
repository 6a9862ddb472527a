"""What happened below, and in this room itself: each event leads to one action on the present state."""

from datetime import datetime

from accounts.models import Block, Credential, ResidentProfile, User, VolunteerProfile
from accounts.states import Purpose
from help_requests.models import Visit
from kernel.models import Event
from matching import actions, queries
from matching.models import Assignment, Offer, Opening
from matching.states import OpeningState
from organizations.models import Shift


def on_visit_planned(event: Event, now: datetime) -> None:
    """A visit is planned: somebody is needed, and the first are asked."""
    opening = actions.open_for_visit(visit=Visit.objects.get(pk=event.subject_id), now=now)
    if opening:
        actions.send_wave(opening=opening, now=now)


def on_visit_changed(event: Event, now: datetime) -> None:
    """A visit was moved or called off: the opening follows, or refuses (within)."""
    actions.follow_visit(visit=Visit.objects.get(pk=event.subject_id), now=now)


def on_shift_published(event: Event, now: datetime) -> None:
    """A shift is open: volunteers can apply."""
    actions.open_for_shift(shift=Shift.objects.get(pk=event.subject_id), now=now)


def on_shift_changed(event: Event, now: datetime) -> None:
    """A shift was changed or called off: the opening follows, or refuses (within)."""
    actions.follow_shift(shift=Shift.objects.get(pk=event.subject_id), now=now)


def on_offer_ended(event: Event, now: datetime) -> None:
    """An offer was declined or ran out: others are asked where the open offers are not enough."""
    offer = Offer.objects.select_related("opening").get(pk=event.subject_id)
    actions.send_wave(opening=offer.opening, now=now)


def on_opening_reopened(event: Event, now: datetime) -> None:
    """A place is free: the next in line has it, else the next wave is asked."""
    opening = Opening.objects.get(pk=event.subject_id)
    actions.promote(opening=opening, now=now)
    actions.send_wave(opening=opening, now=now)


def on_place_lost(event: Event, now: datetime) -> None:
    """Somebody does not come: the next in line has the place, else others are asked."""
    opening = Opening.objects.get(assignments=event.subject_id)
    actions.promote(opening=opening, now=now)
    actions.send_wave(opening=opening, now=now)


def on_opening_cancelled(event: Event, now: datetime) -> None:
    """It is called off: offers, applications and tasks end."""
    actions.clear_cancelled(opening=Opening.objects.get(pk=event.subject_id), now=now)


def on_person_gone(event: Event, now: datetime) -> None:
    """Somebody is forgotten or shut out: nothing waits for them any more."""
    if event.subject_type == User._meta.label_lower:
        actions.let_go(volunteer=User.objects.get(pk=event.subject_id), now=now)


def on_volunteer_stopped(event: Event, now: datetime) -> None:
    """Somebody may not help any more (suspended, or the guardian says no): nothing waits for them."""
    actions.let_go(volunteer=User.objects.get(volunteer=event.subject_id), now=now)


def on_paper_gone(event: Event, now: datetime) -> None:
    """A paper was taken back or has run out: what asks for it is offered to others."""
    actions.lose_paper(credential=Credential.objects.get(pk=event.subject_id), now=now)


def on_block_made(event: Event, now: datetime) -> None:
    """Two are not brought together again: nothing stands offered that would (within)."""
    actions.keep_apart(block=Block.objects.get(pk=event.subject_id), now=now)


def on_duty_begun(event: Event, now: datetime) -> None:
    """Somebody can go now: what is urgent and near in time is looked at again."""
    if queries.on_duty(now=now).filter(pk=event.subject_id).exists():
        for opening in queries.urgent_now(now=now):
            actions.send_wave(opening=opening, now=now)


def on_volunteer_changed(event: Event, now: datetime) -> None:
    """What a volunteer says of herself changed: the search knows it (within)."""
    actions.post(volunteers=[event.subject_id], now=now)


def on_consent_changed(event: Event, now: datetime) -> None:
    """Somebody may be asked automatically, or asked for, or not any more: the search and the openings know it
    (within)."""
    if event.data.get("purpose") == Purpose.MATCHING:
        asked = VolunteerProfile.objects.filter(user__consents=event.subject_id)
        actions.post(volunteers=list(asked.values_list("pk", flat=True)), now=now)
        for resident in ResidentProfile.objects.filter(consents=event.subject_id):
            actions.follow_consent(resident=resident, now=now)


def on_consent_decided(event: Event, now: datetime) -> None:
    """A resident allows automatic matching, or does not: the first are asked, or the dispatcher is told."""
    if event.data.get("purpose") == Purpose.MATCHING:
        needs = Opening.objects.filter(visit__request__resident__consents=event.subject_id)
        for opening in needs.filter(state=OpeningState.OPEN).order_by("starts_at", "pk"):
            actions.send_wave(opening=opening, now=now)


def on_person_erased(event: Event, now: datetime) -> None:
    """Nobody finds who was forgotten (within)."""
    if event.subject_type == User._meta.label_lower:
        gone = VolunteerProfile.objects.filter(user=event.subject_id)
        actions.post(volunteers=list(gone.values_list("pk", flat=True)), now=now)


def on_task_changed(event: Event, now: datetime) -> None:
    """A task was made or has ended: the search knows when the volunteer is free (within)."""
    actions.post_work(user=Assignment.objects.get(pk=event.subject_id).volunteer_id, now=now)


def on_opening_moved(event: Event, now: datetime) -> None:
    """A service was moved: the search knows it of all who come (within)."""
    tasks = queries.live_assignments(Opening.objects.get(pk=event.subject_id))
    for task in tasks.order_by("volunteer__volunteer__pk"):  # as the guard locks them
        actions.post_work(user=task.volunteer_id, now=now)
