"""Three people (GUARDS I9): every way to fill the three places, by raw SQL past all rules."""

from itertools import product

import pytest
from django.db import IntegrityError, transaction

from service_records.models import ServiceRecord
from tests.conftest import sql
from tests.factories import accounts
from tests.factories import service_records as make

pytestmark = pytest.mark.django_db
TABLE = "service_records_servicerecord"
PLACES = ["volunteer", "recorder", "third", None]


@pytest.mark.parametrize(("recorder", "approver"), list(product(PLACES, PLACES)))
def test_the_row_takes_three_different_people_and_nobody_less(recorder, approver):
    """Of sixteen pairs on a row that waits, twelve are refused: two of one person, or no recorder."""
    row = make.proposed()
    keys = {
        "volunteer": row.volunteer_id,
        "recorder": row.recorded_by_id,
        "third": accounts.user().pk,
        None: None,
    }
    good = recorder in {"recorder", "third"} and approver not in {"volunteer", recorder}

    def write():
        with transaction.atomic():
            sql(
                f"UPDATE {TABLE} SET recorded_by_id = %s, approved_by_id = %s WHERE id = %s",
                [keys[recorder], keys[approver], row.pk],
            )

    if good:
        write()
    else:
        with pytest.raises(IntegrityError):
            write()
    now = ServiceRecord.objects.get(pk=row.pk)
    kept = (keys[recorder], keys[approver]) if good else (keys["recorder"], None)
    assert (now.recorded_by_id, now.approved_by_id) == kept
