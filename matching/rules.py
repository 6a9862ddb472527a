"""Rules of matching. Pure: facts come in as arguments."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.states import CredentialKind, Language, SkillCode, SkillLevel
from help_requests.models import Visit
from help_requests.states import Urgency
from kernel.refusals import Conflict, Invalid, NotAllowed
from kernel.text import enumerated, normalise
from kernel.workdays import local_date
from matching.engine import Parameters, Reason
from matching.engine.daytime import by_day, last_answer
from matching.engine.errors import BadProblem
from matching.engine.parameters import BOUNDS, USUAL_BOUNDS
from matching.models import Application, Assignment, Offer, Opening, Run
from matching.states import (
    LIVE,
    REASONS,
    UNNAMED,
    AssignmentState,
    DeclineReason,
    OfferState,
    OpeningState,
    RunState,
)

# What volunteers set for being asked; it does not stand against their own yes.
OWN_LIMITS = {"paused", "too_far", "not_free", "week_full"}
MORE_TIME = timedelta(hours=2)  # of daytime
LONGEST_PAUSE = 365  # days, from one kind of service
ON_DUTY = timedelta(hours=2)  # "I can go now"
ADDRESS_SHOWN = timedelta(hours=2)
CANCELS_REMEMBERED = timedelta(days=30)
MOST_CANCELS = 3
# The most of each that can be meant; beyond it a finger slipped. Minutes of a week, weights, and the rest.
MOST_WEIGHED: dict[str, int] = {
    **dict.fromkeys(("near", "level", "reliable", "rested", "roomy", "likely", "first"), 100),
    **{"known": 1, "preferred": 1, "rest": 100, "roomy_hours": 168},
    **{"near_km": 100, "travel_km_per_hour": 100},
    **{"buffer_minutes": 1440, "travel_minutes": 1440, "travel_within_minutes": 1440},
    **{"night_rest_minutes": 2880, "day_minutes": 1440, "services_a_day": 8},
}


# What each word is worth to the engine, whose urgency goes from 1 to 4 (ENGINE §1).
URGENT = {Urgency.NORMAL: 1, Urgency.SOON: 2, Urgency.URGENT: 4}
WAITS_LONG = timedelta(days=3)


def urgency_of(*, opening: Opening, now: datetime) -> int:
    """Return how urgent an opening is, 1 to 4. Who has waited for days, or for whom nobody was found, is
    more urgent: rare skills are not starved."""
    urgency = URGENT[Urgency(opening.urgency)]
    if opening.escalated_at or now - opening.opened_at >= WAITS_LONG:
        urgency = max(urgency, min(urgency + 1, 3))
    return urgency


def check_open(*, opening: Opening, now: datetime) -> None:
    """Places are taken only while the opening is open and has not begun."""
    if opening.state not in {OpeningState.OPEN, OpeningState.FULL}:
        raise Conflict("opening_closed", _("This service is no longer open."))
    if opening.starts_at <= now:
        raise Conflict("opening_begun", _("This service has already begun."))


def check_accept(
    *, offer: Offer, opening: Opening, clash: Assignment | None, by: User, now: datetime
) -> None:
    """The invited volunteer takes a place while the offer lives, a place is left and nothing overlaps."""
    if offer.volunteer_id != by.pk:
        raise NotAllowed("not_your_offer", _("This offer was made to someone else."))
    if offer.state != OfferState.SENT:
        raise Conflict("offer_answered", _("This offer was already answered."))
    if now >= offer.expires_at:
        raise Conflict("offer_expired", _("This offer has expired."))
    check_open(opening=opening, now=now)
    check_place_left(opening=opening)
    check_no_clash(clash=clash)


def check_place_left(*, opening: Opening) -> None:
    """Nobody is one too many."""
    if opening.is_full:
        raise Conflict("filled", _("Somebody else was faster. Thank you for your answer."))


def check_no_clash(*, clash: Assignment | None) -> None:
    """Nobody is in two places at once; back to back is allowed."""
    if clash is not None:
        raise Conflict("overlap", _("You have another service at that time."))


def check_decline(*, offer: Offer, reason: str, pause_days: int, by: User) -> DeclineReason:
    """The invited volunteer says no, with a reason from the list and, if they like, a pause from this kind;
    it costs nothing."""
    if offer.volunteer_id != by.pk:
        raise NotAllowed("not_your_offer", _("This offer was made to someone else."))
    if reason not in DeclineReason.values:
        raise Invalid("reason_missing", _("Choose a reason."), field="reason")
    if not 0 <= pause_days <= LONGEST_PAUSE:
        raise Invalid(
            "bad_days",
            _("Choose up to %(n)d days.") % {"n": LONGEST_PAUSE},
            field="pause_days",
        )
    return DeclineReason(reason)


def check_goes_on_duty(*, may: bool, paused_until: date | None = None) -> None:
    """Who may be asked at all, and allows it, can go at once; not on a pause, whose last day is given."""
    if not may:
        raise Conflict(
            "not_ready",
            _("First finish what is open in your registration, and allow automatic matching."),
        )
    if paused_until:
        words = _("You are on a pause until %(day)s. End the pause first.")
        raise Conflict("paused", words % {"day": f"{paused_until:%Y-%m-%d}"})


def check_extend(*, offer: Offer, by: User, now: datetime) -> datetime:
    """More time is given once, two hours by day, when the start allows; returns the new end."""
    if offer.volunteer_id != by.pk:
        raise NotAllowed("not_your_offer", _("This offer was made to someone else."))
    if offer.state != OfferState.SENT or now >= offer.expires_at:
        raise Conflict("offer_expired", _("This offer has expired."))
    later = by_day(offer.expires_at, MORE_TIME)
    if offer.extended_at or later > last_answer(offer.opening.starts_at):
        raise Conflict("no_more_time", _("There is no more time for this one."))
    return later


def check_fits(*, reasons: Sequence[Reason]) -> None:
    """Whoever goes obeys every hard rule; why not is said in words."""
    if reasons:
        raise Conflict(
            "does_not_fit",
            _("This does not fit: %(why)s.") % {"why": _("; ").join(words_of(reasons))},
            reasons=[reason.code for reason in reasons],
        )


def against_yes(reasons: Sequence[Reason]) -> list[Reason]:
    """Return which of the hard rules in the way stand against a volunteer's own yes too, to an offer or by an
    application: all but the limits they set themselves (pause, radius, free hours, hours a week). Those say
    when to be asked, and are theirs to set aside; a block, a missing paper or a night's rest are not."""
    return [reason for reason in reasons if reason.code not in OWN_LIMITS]


def check_own_yes(*, reasons: Sequence[Reason]) -> None:
    """Whoever says yes themselves obeys every hard rule but their own limits; why not is said in words."""
    check_fits(reasons=against_yes(reasons))


def check_dispatches(*, may: bool) -> None:
    """The office in whose area it is, or the organization in charge, picks by hand."""
    if not may:
        raise NotAllowed("not_your_area", _("This is not in your area."))


def check_applicant(*, application: Application, by: User) -> None:
    """An application is withdrawn by whoever made it."""
    if application.volunteer_id != by.pk:
        raise NotAllowed("not_yours", _("This is somebody else's."))


def check_cancels(*, assignment: Assignment, may: bool, now: datetime) -> None:
    """The volunteer, or who dispatches, calls a task off before it begins."""
    if not may:
        raise NotAllowed("not_yours", _("This is somebody else's."))
    if assignment.state != AssignmentState.LIVE:
        raise Conflict("task_over", _("This task can no longer be called off."))
    if assignment.opening.ends_at <= now:
        raise Conflict("task_over", _("This task can no longer be called off."))


def check_no_show(*, assignment: Assignment, may: bool, now: datetime) -> None:
    """Nobody has failed to come before the start."""
    if not may:
        raise NotAllowed("not_yours", _("This is somebody else's."))
    if now < assignment.opening.starts_at:
        raise Conflict("not_begun", _("It has not begun yet."))


def check_has_resident(*, visit: Visit | None) -> None:
    """Only a visit brings two people together; a shift has no resident."""
    if visit is None:
        raise Conflict("no_resident", _("There is no resident at a shift."))


MOST_DAYS = 14  # that are planned at once
PLANNED_DAYS = 3  # that the evening plans
FORESEEN = timedelta(days=90)  # nothing later is planned


def check_days(first: date, last: date, *, now: datetime) -> None:
    """Days to come, in order, and not more or later ones than anybody can foresee."""
    if not local_date(now) <= first <= last:
        raise Invalid("bad_days", _("Choose days from today on, in order."), field="last_day")
    if (last - first).days >= MOST_DAYS:
        raise Invalid("bad_days", _("Plan up to %(n)d days.") % {"n": MOST_DAYS}, field="last_day")
    if last > local_date(now) + FORESEEN:
        words = _("Choose days within the next %(n)d.") % {"n": FORESEEN.days}
        raise Invalid("bad_days", words, field="last_day")


LEASE = timedelta(minutes=10)  # of silence, after which another worker goes on with a run
# The queue ends whatever takes the slow worker longer than four minutes (``Q_CLUSTER``): nobody who is well
# is silent for longer. And the sweep that has a run taken up again comes every minute, but that worker may be
# at the plans of other districts.
SILENT = timedelta(minutes=5)
SWEPT = timedelta(minutes=30)


def taken_up_at(run: Run) -> datetime | None:
    """Return from when on the next sweep has another worker go on with a run that is being planned, unless
    something is heard of it before; None for a run that nobody is planning."""
    if run.state != RunState.RUNNING:
        return None
    return (run.seen_at or run.asked_at) + LEASE


def run_is_open() -> Conflict:
    """Return what is said when there is a plan already that nobody has decided on."""
    return Conflict(
        "run_open",
        _("There is a plan here already. Accept it or drop it first."),
        field="region",
    )


def check_chosen(chosen: Collection[str], known: Collection[str]) -> None:
    """Something has to be chosen, and nothing that is not of the plan: it would be left out in silence."""
    for ref in sorted(set(chosen) - set(known)):
        words = _("“%(ref)s” is not a proposal of this plan.") % {"ref": ref[:40]}
        raise Invalid("unknown_proposal", words, field="chosen")
    if not chosen:
        raise Invalid("nothing_chosen", _("Choose at least one proposal."), field="chosen")


def check_weighs(
    given: Mapping[str, Any], reason: str, *, now_held: Parameters, may: bool
) -> tuple[Parameters, str]:
    """The city weighs, says why, and changes something; returns the parameters and the clean reason."""
    if not may:
        raise NotAllowed("not_the_city", _("Only the city's office sets the weights."))
    try:
        parameters = Parameters.of({**asdict(now_held), **given})
    except BadProblem as error:
        raise _bad_weight(error.where.removeprefix("parameters: "), given) from None
    for name, most in MOST_WEIGHED.items():
        if getattr(parameters, name) > most:
            raise _bad_weight(name, given)
    words = check_note(reason)
    if not words:
        raise Invalid("reason_missing", _("Say why."), field="reason")
    if parameters == now_held:
        raise Invalid("nothing_changed", _("Nothing was changed."), field="near")
    return parameters, words


def possible_weights(name: str) -> tuple[float, int]:
    """Return the least and the most that this parameter can be set to."""
    return BOUNDS.get(name, USUAL_BOUNDS)[0], MOST_WEIGHED[name]


def _bad_weight(name: str, given: Mapping[str, Any]) -> Invalid:
    """Return what is wrong with a parameter that the engine, or ``MOST_WEIGHED``, does not take."""
    if name == "parameters":
        words = _("At least one of the weights of “who is asked first” has to be above 0.")
        return Invalid("all_zero", words, field="near")
    if name not in MOST_WEIGHED:
        return Invalid("bad_weight", _("This weight is not possible."), field=name)
    low, high = possible_weights(name)
    value = given.get(name, low)
    if name == "preferred" and isinstance(value, int | float) and low <= value <= high:
        words = _(
            "The shares of “has helped before” and “wished for by name” can be 1 together at most."
        )
        return Invalid("over_one", words, field=name)
    words = _("Between %(low)s and %(high)s is possible.")
    return Invalid("bad_weight", words % {"low": low, "high": high}, field=name)


def check_speaks(*, speaks: bool) -> None:
    """The resident, or who asks on their behalf."""
    if not speaks:
        raise NotAllowed("not_your_side", _("Only the resident's side can say this."))


def check_wishes(*, speaks: bool, state: str) -> None:
    """The resident's side wishes for somebody who has served them."""
    check_speaks(speaks=speaks)
    if state != AssignmentState.DONE:
        raise Conflict("not_served", _("This is possible once the service is done."))


def check_not_parted(*, parted: bool) -> None:
    """Whom one's own side does not want to meet again is not wished for."""
    if parted:
        raise Conflict(
            "parted", _("You do not want to be matched with them again. Take that back first.")
        )


def check_note(note: str) -> str:
    """Return a volunteer's or dispatcher's short words."""
    clean = normalise(note, field="note")
    if len(clean) > 200:
        raise Invalid("too_long", _("Write up to 200 characters."), field="note")
    return clean


def is_on_the_way(state: str, starts_at: datetime, ends_at: datetime, *, now: datetime) -> bool:
    """The address of a task is shown from two hours before the start to the end (GUARDS §3)."""
    return state in LIVE and starts_at - ADDRESS_SHOWN <= now <= ends_at


def reason_words(reason: Reason) -> str:
    """Return the sentence of a reason, for and against, in the reader's language."""
    # Offers that were sent before a fact was known say nothing of it.
    facts = {"level": 0, "share": 0, "asked": 0, "served": 0, "hours": 0, **reason.facts}
    if reason.code in UNNAMED and not reason.facts.keys() & {"skills", "credentials"}:
        return str(UNNAMED[reason.code])
    named = {
        "km": facts.get("distance_m", 0) / 1000,
        "languages": enumerated(Language(code).label for code in facts.get("languages", ())),
        "credentials": enumerated(
            CredentialKind(one).label for one in facts.get("credentials", ())
        ),
        "skills": enumerated(skill_words(facts["skills"]))
        if reason.code == "skill_missing"
        else "",
    }
    return REASONS[reason.code] % {**facts, **named}


def skill_words(skills: Mapping[str, int]) -> list[str]:
    """Return skills in words, with the least level where more than some experience is needed."""
    return [
        _("%(skill)s (%(level)s)")
        % {"skill": SkillCode(code).label, "level": SkillLevel(level).label}
        if level > SkillLevel.SOME
        else str(SkillCode(code).label)
        for code, level in sorted(skills.items())
    ]


def words_of(reasons: Iterable[Reason]) -> list[str]:
    """Return the sentences of reasons, see ``reason_words``."""
    return [reason_words(reason) for reason in reasons]
