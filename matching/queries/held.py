"""What volunteers hold: skills, papers, wishes, an organization; each for many at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.db.models import Q

from accounts.models import Consent, Credential, Skill, VolunteerCategory
from accounts.states import PaperState, Purpose
from organizations.models import Membership
from organizations.states import MemberRole

Sets = Mapping[int, frozenset[str]]


def _sets(rows: Iterable[tuple[int, str]]) -> Sets:
    found: dict[int, set[str]] = defaultdict(set)
    for key, value in rows:
        found[key].add(value)
    return defaultdict(frozenset, {key: frozenset(values) for key, values in found.items()})


def levels(profiles: Collection[int]) -> dict[int, dict[str, int]]:
    """Return the level of each skill that is claimed, by profile."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Skill.objects.filter(volunteer__in=profiles)
    for key, code, level in rows.values_list("volunteer", "code", "level"):
        found[key][code] = level
    return found


def papers(profiles: Collection[int], day: date) -> Sets:
    """Return the kinds of papers that are valid on ``day``, by profile."""
    valid = Credential.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=day),
        volunteer__in=profiles,
        state=PaperState.VALID,
    )
    return _sets(valid.values_list("volunteer", "kind"))


def wishes(profiles: Collection[int]) -> Sets:
    """Return the categories of service that are wished for, by profile."""
    wished = VolunteerCategory.objects.filter(volunteer__in=profiles)
    return _sets(wished.values_list("volunteer", "category"))


def organizations(users: Collection[int], day: date) -> dict[int, frozenset[int]]:
    """Return the keys of the organizations whose own volunteers these users are on ``day``."""
    posts = Membership.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day),
        user__in=users,
        role=MemberRole.VOLUNTEER,
        confirmed_at__isnull=False,
    )
    found: dict[int, set[int]] = defaultdict(set)
    for user, organization in posts.values_list("user", "organization"):
        found[user].add(organization)
    return defaultdict(frozenset, {user: frozenset(keys) for user, keys in found.items()})


def willing(users: Collection[int]) -> set[int]:
    """Return who of ``users`` allows to be asked automatically."""
    allow = Consent.objects.filter(
        purpose=Purpose.MATCHING, withdrawn_at__isnull=True, user__in=users
    )
    return {user for user in allow.values_list("user", flat=True) if user is not None}
