"""What the database refuses whatever the code does (GUARDS I6, I12), and what ``verify`` finds."""

import pytest
from django.db import IntegrityError, transaction

from kernel import guards
from kernel.guards import refused_by
from organizations import audit
from organizations.models import Membership, Organization, Project, Shift
from tests.factories import organizations, regions

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("column", ["region", "organization"])
def test_a_shift_is_of_its_project_s_street_and_body(column):
    shift = organizations.shift()
    other = {
        "region": lambda: regions.street("310101002"),
        "organization": organizations.organization,
    }[column]()

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Shift.objects.filter(pk=shift.pk).update(**{column: other})
    assert refused_by(caught.value) == f"organizations_shift_{column}_id_as_organizations_project"

    shift.pk, shift.ref = None, "another"
    setattr(shift, column, other)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Shift.objects.bulk_create([shift])
    assert refused_by(caught.value) == f"organizations_shift_{column}_id_as_organizations_project"


@pytest.mark.parametrize("column", ["region", "organization"])
def test_verify_names_a_shift_whose_project_went_away(column):
    shift = organizations.shift()
    assert list(audit.broken()) == []
    other = {
        "region": lambda: regions.street("310101002"),
        "organization": organizations.organization,
    }[column]()

    Project.objects.filter(pk=shift.project_id).update(**{column: other})

    assert list(audit.broken()) == [
        ("I12", f"organizations_shift#{shift.pk}: not of its project's organization and street")
    ]


@pytest.mark.parametrize("model", [Organization, Project, Shift])
def test_states_change_only_along_the_table(model):
    organizations.shift()
    machine, table = model.machine, model._meta.db_table
    assert f"{table}_moves" in {guard.name for guard in guards.declared()}
    row = model.objects.get()

    for state in machine.states:
        if state == row.state or machine.allows(row.state, state):
            continue
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            model.objects.filter(pk=row.pk).update(state=state)
        assert refused_by(caught.value) == f"{table}_moves"


@pytest.mark.parametrize(
    ("model", "wrong"),
    [
        (Organization, {"kind": "CLUB"}),
        (Membership, {"role": "CHIEF"}),
        (Membership, {"ends_on": "1990-01-01"}),
        (Project, {"category": "Z"}),
        (Shift, {"places": 0}),
        (Shift, {"places": 501}),
        (Shift, {"ends_at": "1990-01-01T00:00Z"}),
    ],
)
def test_constraints_stand_in_the_database(model, wrong):
    organizations.shift()

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**wrong)


def test_rows_say_what_they_are():
    body = organizations.organization()

    assert str(body) == "浦江助残服务社"
    assert str(Membership.objects.get()) == f"MANAGER {body.pk}"
