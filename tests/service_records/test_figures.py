"""What is published of an organization and counted of an area: shares from five on, streets by path."""

from datetime import timedelta

import pytest

from matching.models import Opening
from service_records import actions, queries
from service_records.models import ServiceRecord
from tests.factories import accounts, help_requests, matching, organizations
from tests.factories import service_records as make
from tests.factories.help_requests import VISIT_AT
from tests.factories.regions import city, street
from tests.factories.service_records import NEXT_DAY
from tests.refused import refused

pytestmark = pytest.mark.django_db
LATER = NEXT_DAY + timedelta(days=60)


def of_organization(rows):
    """Return an organization that these records and their openings belong to."""
    body = organizations.organization()
    pks = [row.pk for row in rows]
    ServiceRecord.objects.filter(pk__in=pks).update(organization=body)
    Opening.objects.filter(pk__in=[row.assignment.opening_id for row in rows]).update(
        organization=body
    )
    return body


def test_the_share_recorded_in_time_is_shown_from_five_due_records_on():
    rows = [make.proposed() for _row in range(3)] + [make.unconfirmed() for _row in range(2)]
    body = of_organization(rows)
    due = rows[0].record_due_on

    assert queries.recording_of(body, now=NEXT_DAY) is None  # none is due yet
    assert queries.recording_of(body, now=LATER) == 60  # two were never recorded
    ServiceRecord.objects.filter(pk=rows[0].pk).update(record_due_on=due - timedelta(days=30))
    assert queries.recording_of(body, now=LATER) == 40  # and one too late
    ServiceRecord.objects.filter(pk=rows[0].pk).update(organization=None)
    assert queries.recording_of(body, now=LATER) is None  # four are too few


def test_the_share_of_good_faces_is_shown_from_five_on():
    rows = [make.unconfirmed() for _row in range(5)]
    body = of_organization(rows)
    for n, row in enumerate(rows):
        assert queries.satisfaction_of(body) is None
        actions.evaluate(
            assignment=row.assignment,
            side="RESIDENT",
            face="FAIR" if n == 0 else "GOOD",
            by=make.resident_of(row),
            now=NEXT_DAY,
        )
    assert queries.satisfaction_of(body) == 80


def test_an_areas_minutes_are_its_approved_verified_uncorrected_ones():
    row, corrected = make.approved(), make.approved()
    make.proposed()  # not approved: not counted
    actions.correct_hours(
        record=corrected,
        minutes=30,
        words="核对了",
        approver_region=row.region,
        by=accounts.officer("CASE_HANDLER"),
        now=NEXT_DAY,
    )

    assert queries.minutes_by_path(city(), since=row.service_on) == {row.region.path: 120}
    assert queries.minutes_by_path(city(), since=row.service_on + timedelta(days=1)) == {}
    assert queries.minutes_by_path(street("310104001"), since=row.service_on) == {}


def test_another_organization_has_no_part_in_it():
    of_organization([make.proposed() for _row in range(5)])
    other = matching.shift_opening().organization
    assert queries.recording_of(other, now=LATER) is None


@pytest.mark.parametrize(("minutes", "taken"), [(1350, True), (1351, False)])
def test_a_correction_fits_the_day_beside_the_other_services(minutes, taken):
    """A day has 1440 minutes; what is too much is not called a second correction."""
    me = matching.ready_volunteer()
    visits = [help_requests.visit(starts_at=VISIT_AT + timedelta(hours=3 * n)) for n in range(2)]
    row, _other = [make.approved(matching.assignment(matching.opening(v), me)) for v in visits]
    now = NEXT_DAY + timedelta(days=1)
    by = accounts.officer("CASE_HANDLER")

    def correct():
        return actions.correct_hours(
            record=row,
            minutes=minutes,
            words="核对了",
            approver_region=row.region,
            by=by,
            now=now,
        )

    if taken:
        assert correct().minutes == minutes
    else:
        with refused("bad_minutes"):
            correct()
    assert queries.day_minutes(me, row.service_on) == (1440 if taken else 180)
