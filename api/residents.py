"""Residents: for themselves, for who acts for them, and for the office, which sees them covered."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import actions, queries
from accounts.actions.residents import REVEALABLE
from accounts.models import ResidentProfile, Reveal
from accounts.states import TEXT_VERSION, Disability, Need, Purpose, RevealReason, Sex
from api.base import Card, Operations, ReadOperations
from api.shapes import ByRef, InstantField, Nothing, RegionField, Shape, TextField
from kernel.text import mask_name, mask_phone
from matching import actions as matching
from matching.queries import assignments_for, wished_for


class ResidentCard(Card):
    """A resident as the own side knows them."""

    ref = serializers.CharField()
    number = serializers.CharField()
    name = serializers.CharField()
    phone = serializers.CharField(allow_null=True)
    address = serializers.CharField(allow_null=True)
    region = serializers.CharField(source="region.code")
    needs = serializers.SerializerMethodField()
    practical = serializers.CharField(allow_null=True)
    no_voice = serializers.BooleanField()
    identity_checked_at = InstantField(allow_null=True)
    is_me = serializers.SerializerMethodField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the residents that the viewer is, or may ask for."""
        return queries.my_residents(viewer, now=now)

    def get_needs(self, row: ResidentProfile) -> list[str]:
        """Return the codes of what to do and to bring along."""
        return queries.listed(row.needs)

    def get_is_me(self, row: ResidentProfile) -> bool:
        """Say whether it is the viewer's own profile."""
        return bool(row.user_id == self.context["request"].user.pk)


class CoveredCard(Card):
    """A resident as the office sees them before it has said why it looks."""

    ref = serializers.CharField()
    number = serializers.CharField()
    name = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()
    region = serializers.CharField(source="region.code")
    no_voice = serializers.BooleanField()
    identity_checked_at = InstantField(allow_null=True)

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the residents whose street is the viewer's to serve, and whom the viewer registered."""
        return queries.residents_known_to(viewer, now=now)

    def get_name(self, row: ResidentProfile) -> str:
        """Return the name, covered."""
        return mask_name(str(row.name))

    def get_phone(self, row: ResidentProfile) -> str:
        """Return the phone, covered."""
        return mask_phone(str(row.phone)) if row.phone else ""


class LookedAtCard(CoveredCard):
    """A resident of the area in which the viewer may look."""

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the residents of the area in which the viewer may look."""
        return queries.residents_to_reveal(viewer, now=now)


class Contact(Shape):
    """Somebody beside the resident."""

    name = TextField(max_length=30)
    phone = TextField(max_length=20)


class DisabilityGiven(Shape):
    """As on the certificate."""

    category = serializers.ChoiceField(Disability.choices)
    level = serializers.ChoiceField(["1", "2", "3", "4"])
    parts = serializers.ListField(
        child=serializers.ChoiceField(Disability.choices), required=False, default=list
    )


class ResidentChange(Shape):
    """What may be said of a resident, each part for itself."""

    name = TextField(required=False, max_length=30)
    region = RegionField(required=False)
    lat = serializers.FloatField(required=False)
    lng = serializers.FloatField(required=False)
    phone = TextField(required=False, allow_blank=True, max_length=20)
    birth_on = serializers.DateField(required=False)
    sex = serializers.ChoiceField(Sex.choices, required=False)
    address = TextField(required=False, allow_blank=True, max_length=200)
    disability = DisabilityGiven(required=False)
    certificate = TextField(required=False, allow_blank=True, max_length=30)
    needs = serializers.ListField(child=serializers.ChoiceField(Need.choices), required=False)
    practical = TextField(required=False, allow_blank=True, max_length=500, lines=True)
    guardian = Contact(required=False)
    emergency_contact = Contact(required=False)
    no_voice = serializers.BooleanField(required=False)


class NeedsGiven(Shape):
    """What helpers should know; health notes only with the consent that is given or refused with them."""

    allows_health = serializers.BooleanField()
    needs = serializers.ListField(child=serializers.ChoiceField(Need.choices), required=False)
    practical = TextField(required=False, allow_blank=True, max_length=500, lines=True)
    health_notes = TextField(required=False, allow_blank=True, max_length=1000, lines=True)
    emergency_contact = Contact(required=False)


class NewResident(ResidentChange):
    """A resident who is not here yet, and what they allow."""

    name = TextField(max_length=30)
    region = RegionField()
    is_me = serializers.BooleanField(required=False, default=False)
    consents = serializers.ListField(
        child=serializers.ChoiceField(Purpose.choices), required=False, default=list
    )


def _details(given: dict[str, Any]) -> dict[str, Any]:
    """Return what was given as the actions take it."""
    if "disability" in given:
        said = given["disability"]
        given["disability"] = (said["category"], said["level"], list(said["parts"]))
    for contact in ("guardian", "emergency_contact"):
        if contact in given:
            given[contact] = dict(given[contact])
    return given


class RevealCard(Shape):
    """One look at something covered."""

    field = serializers.CharField()
    reason = serializers.CharField()
    by = serializers.SerializerMethodField()
    at = InstantField()

    def get_by(self, row: Reveal) -> str:
        """Return who looked."""
        return str(row.by.name or "")


class _Residents(Operations):
    @extend_schema(request=NewResident, responses={201: CoveredCard})
    def create(self, request: Request) -> Response:
        """Register a resident: oneself (``is_me``), or somebody without an account."""
        given = _details(self.given(NewResident))
        user = self.viewer if given.pop("is_me") else None
        allowed = [(purpose, TEXT_VERSION) for purpose in given.pop("consents")]
        return self.deed(
            lambda now: actions.register_resident(
                user=user, consents=allowed, by=self.viewer, now=now, **given
            ),
            card=CoveredCard,  # whoever registered somebody may not act for them yet
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(request=ResidentChange)
    def partial_update(self, request: Request, ref: str) -> Response:
        """Change what is given."""
        row, given = self.get_object(), _details(self.given(ResidentChange))
        return self.deed(
            lambda now: actions.change_resident(resident=row, by=self.viewer, now=now, **given)
        )


class People(mixins.ListModelMixin, mixins.RetrieveModelMixin, _Residents):
    """The residents that the viewer is, or may ask for."""

    card = ResidentCard

    @extend_schema(request=NeedsGiven, responses=ResidentCard)
    @action(detail=True, methods=["post"])
    def needs(self, request: Request, ref: str) -> Response:
        """Write what helpers should know, and decide about health notes."""
        row, given = self.get_object(), _details(self.given(NeedsGiven))
        health = TEXT_VERSION if given.pop("allows_health") else None
        return self.deed(
            lambda now: actions.write_needs(
                resident=row, health=health, by=self.viewer, now=now, **given
            )
        )

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, ref: str) -> Response:
        """Have a resident without an account forgotten, for good."""
        row = self.get_object()
        actions.erase_resident(resident=row, by=self.viewer, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=RevealCard(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def reveals(self, request: Request, ref: str) -> Response:
        """List who looked at what and why, newest first."""
        rows = queries.reveals_of(self.get_object())[:100]
        return Response(RevealCard(rows, many=True).data)


class Search(Shape):
    """By whole phone or its last four digits, by name or its pinyin, or by number; the hotline names
    the call."""

    phone = TextField(required=False, max_length=20, default="")
    name = TextField(required=False, max_length=30, default="")
    number = TextField(required=False, max_length=20, default="")
    call_number = TextField(required=False, max_length=20, default="")


class Look(Shape):
    """At what, and why."""

    field = serializers.ChoiceField(REVEALABLE)
    reason = serializers.ChoiceField(RevealReason.choices)
    call_number = TextField(required=False, allow_blank=True, max_length=20, default="")


class SeenCard(Shape):
    """What was covered."""

    field = serializers.CharField()
    value = serializers.CharField()


class Residents(mixins.RetrieveModelMixin, _Residents):
    """Residents for the office and the hotline: found, never listed; shown only with a reason."""

    card = CoveredCard

    @extend_schema(request=Search, responses=CoveredCard(many=True))
    @action(detail=False, methods=["post"])
    def search(self, request: Request) -> Response:
        """Find residents of the area; what identifies people stands in no address and no log."""
        given, now = self.given(Search), timezone.now()

        def first() -> dict[str, list[str]]:
            found = actions.look_up(by=self.viewer, now=now, **given)
            return {"refs": [row.ref for row in found]}

        refs = self.once(first, now=now)["refs"]
        rows = CoveredCard.rows(self.viewer, now).filter(ref__in=refs).order_by("pk")
        return Response(CoveredCard(rows, many=True).data)

    @extend_schema(request=Look, responses=SeenCard)
    @action(detail=True, methods=["post"])
    def reveal(self, request: Request, ref: str) -> Response:
        """Show one covered value; who looked, at what and why is left for the resident to read."""
        self.card = LookedAtCard  # type: ignore[misc]
        row, given = self.get_object(), self.given(Look)
        return self.wish(
            lambda now: actions.reveal(resident=row, by=self.viewer, now=now, **given),
            lambda: {
                "field": given["field"],
                "value": str(getattr(row, given["field"]) or ""),
            },
        )

    @extend_schema(request=Nothing, responses=CoveredCard)
    @action(detail=True, methods=["post"])
    def check(self, request: Request, ref: str) -> Response:
        """Note that identity card and certificate were seen at the street."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(
            lambda now: actions.check_resident_identity(resident=row, by=self.viewer, now=now)
        )


class BlockCard(Card):
    """A pair that is not brought together again; the other side never learns."""

    ref = serializers.CharField()
    side = serializers.CharField()
    resident = serializers.CharField(source="resident.ref")
    volunteer_number = serializers.CharField(source="volunteer.number")
    made_at = InstantField()
    lifted_at = InstantField(allow_null=True)

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the viewer's own list, and that of the residents whom the viewer acts for."""
        return queries.blocks_for(viewer, now=now)


class WishedCard(Card):
    """Somebody whom a resident would like to see again."""

    ref = serializers.CharField()
    resident = serializers.CharField(source="resident.ref")
    volunteer_name = serializers.CharField(source="volunteer.volunteer.name")
    volunteer_number = serializers.CharField(source="volunteer.volunteer.number")
    wished_at = InstantField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return those of the residents whom the viewer is or acts for."""
        return wished_for(viewer, now=now)


class NewBlock(Shape):
    """The service in which the two met."""

    assignment = ByRef(lambda viewer, now: assignments_for(viewer, now=now))


class WishedAgain(ReadOperations):
    """Whom one would like to see again."""

    card = WishedCard

    @extend_schema(request=NewBlock, responses={201: WishedCard})
    def create(self, request: Request) -> Response:
        """Wish that who served in this task comes again."""
        task = self.given(NewBlock)["assignment"]
        return self.deed(
            lambda now: matching.wish_again(assignment=task, by=self.viewer, now=now),
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(request=None, responses={200: WishedCard})
    def destroy(self, request: Request, ref: str) -> Response:
        """Take the wish back; nobody is told."""
        row = self.get_object()
        return self.deed(lambda now: matching.wish_no_more(wished=row, by=self.viewer, now=now))


class Blocks(ReadOperations):
    """Whom one does not want to meet again."""

    card = BlockCard

    @extend_schema(request=NewBlock, responses={201: BlockCard})
    def create(self, request: Request) -> Response:
        """Not to be brought together again, as the viewer's side wishes."""
        task = self.given(NewBlock)["assignment"]
        return self.deed(
            lambda now: matching.part_ways(assignment=task, by=self.viewer, now=now),
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(request=None, responses={200: BlockCard})
    def destroy(self, request: Request, ref: str) -> Response:
        """Allow the two to meet again, from this side."""
        row = self.get_object()
        return self.deed(lambda now: actions.lift_block(block=row, by=self.viewer, now=now))
