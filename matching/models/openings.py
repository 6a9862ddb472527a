"""From "somebody is needed" to "somebody will come"."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.states import Category, Sex
from help_requests.models import Visit
from help_requests.states import Urgency
from kernel.references import RefField
from kernel.states import Machine, state_field, state_is_known
from matching.states import (
    ApplicationState,
    DeclineReason,
    OfferState,
    application_machine,
    assignment_machine,
    offer_machine,
    opening_machine,
)
from organizations.models import Organization, Shift
from regions.models import Region


class Opening(models.Model):
    """One dated need with places to fill, from a visit or a shift, never both.

    Everything above knows only openings. Times, region, organization and places are derived from the
    source and kept true by ``within`` subscribers; ``filled`` is counted by the database (GUARDS I5).
    The point is snapped to the 500 m grid; a remote service has none. ``skills`` is ``{code: least
    level}``, ``credentials`` a list of kinds. ``automatic`` is the resident's consent to automatic
    matching; without it only a dispatcher or the volunteer's own application fills it.

    ``next_wave_at``: when it is looked at again whether somebody more is to be asked; ``raises_at``: when
    the office above is told that nobody was found. ``widening`` says what would find more people
    (``queries.widening``), as of ``escalated_at``.
    """

    machine: ClassVar[Machine] = opening_machine
    ref = RefField()
    visit = models.OneToOneField(Visit, models.PROTECT, null=True, related_name="+")
    shift = models.OneToOneField(Shift, models.PROTECT, null=True, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    category = models.CharField(max_length=1, choices=Category.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    lat = models.FloatField(null=True)
    lng = models.FloatField(null=True)
    places = models.PositiveIntegerField()
    filled = models.PositiveIntegerField(default=0)
    skills = models.JSONField(default=dict)
    credentials = models.JSONField(default=list)
    gender_wish = models.CharField(max_length=1, choices=Sex.choices, blank=True)
    adults_only = models.BooleanField(default=False)
    only_own_volunteers = models.BooleanField(default=False)
    automatic = models.BooleanField(default=True)
    urgency = models.CharField(max_length=6, choices=Urgency.choices, default=Urgency.NORMAL)
    wave = models.PositiveSmallIntegerField(default=0)
    next_wave_at = models.DateTimeField(null=True, db_index=True)
    escalated_at = models.DateTimeField(null=True)  # handed to the dispatcher: the pool ran dry
    raises_at = models.DateTimeField(null=True, db_index=True)
    widening = models.JSONField(null=True)
    state = state_field(opening_machine)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            state_is_known(opening_machine),
            models.CheckConstraint(
                name="%(class)s_has_one_source",
                condition=Q(visit__isnull=True, shift__isnull=False)
                | Q(visit__isnull=False, shift__isnull=True),
            ),
            models.CheckConstraint(
                name="%(class)s_never_over_filled", condition=Q(filled__lte=F("places"))
            ),
            models.CheckConstraint(
                name="%(class)s_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
        ]
        indexes = [models.Index(fields=["state", "starts_at"], name="opening_state_starts")]

    def __str__(self) -> str:
        return f"{self.category} {self.starts_at:%F %H:%M}"

    @property
    def is_full(self) -> bool:
        """Say whether no place is left."""
        return self.filled >= self.places


class Offer(models.Model):
    """A dispatch offer: this volunteer is asked to fill this opening by ``expires_at``.

    ``reasons`` is the engine's list of ``{"code", "score", …}``; ``sent_by`` a dispatcher, or none.
    ``features`` is what was known when it was sent (``engine.acceptance.Features``), ``chance`` how likely
    a yes was thought then. Who was drawn at random is ``explored``; ``propensity`` is how likely that draw
    was, none where a person picked.
    """

    machine: ClassVar[Machine] = offer_machine
    ref = RefField()
    opening = models.ForeignKey(Opening, models.PROTECT, related_name="offers")
    volunteer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = state_field(offer_machine)
    wave = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    distance_m = models.PositiveIntegerField(null=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    extended_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    decline_reason = models.CharField(max_length=12, choices=DeclineReason.choices, blank=True)
    chance = models.FloatField(null=True)
    explored = models.BooleanField(default=False)
    propensity = models.FloatField(null=True)
    features = models.JSONField(null=True)

    class Meta:
        constraints = [
            state_is_known(offer_machine),
            models.CheckConstraint(
                name="%(class)s_answer_has_a_time",
                condition=~Q(state__in=[OfferState.ACCEPTED, OfferState.DECLINED])
                | Q(answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="%(class)s_accepted_in_time",
                condition=~Q(state=OfferState.ACCEPTED) | Q(answered_at__lt=F("expires_at")),
            ),
            models.UniqueConstraint(
                fields=["opening", "volunteer"],
                condition=Q(state=OfferState.SENT),
                name="%(class)s_one_live_per_volunteer",
            ),
        ]
        indexes = [
            models.Index(fields=["volunteer", "state"], name="offer_volunteer_state"),
            models.Index(fields=["state", "expires_at"], name="offer_state_expires"),
            models.Index(fields=["volunteer", "sent_at"], name="offer_volunteer_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.state}"


class Application(models.Model):
    """A volunteer's own wish for a place; who waits is ordered by ``applied_at``, then key."""

    machine: ClassVar[Machine] = application_machine
    ref = RefField()
    opening = models.ForeignKey(Opening, models.PROTECT, related_name="applications")
    volunteer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = state_field(application_machine)
    note = models.CharField(max_length=200, blank=True)
    applied_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            state_is_known(application_machine),
            models.UniqueConstraint(
                fields=["opening", "volunteer"],
                condition=Q(state__in=[ApplicationState.SENT, ApplicationState.WAITING]),
                name="%(class)s_one_live_per_volunteer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.state}"


class Assignment(models.Model):
    """Somebody will come: ``volunteer`` holds a place of ``opening``, from an offer or an application."""

    machine: ClassVar[Machine] = assignment_machine
    ref = RefField()
    opening = models.ForeignKey(Opening, models.PROTECT, related_name="assignments")
    volunteer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    offer = models.OneToOneField(Offer, models.PROTECT, null=True, related_name="+")
    application = models.OneToOneField(Application, models.PROTECT, null=True, related_name="+")
    state = state_field(assignment_machine)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            state_is_known(assignment_machine),
            models.UniqueConstraint(
                fields=["opening", "volunteer"],
                condition=Q(state__in=["LIVE", "CHECKED_IN", "DONE"]),
                name="%(class)s_one_per_volunteer",
            ),
        ]
        indexes = [models.Index(fields=["volunteer", "state"], name="assignment_volunteer_state")]

    def __str__(self) -> str:
        return f"{self.ref} {self.state}"
