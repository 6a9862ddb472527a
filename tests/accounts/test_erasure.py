"""Being forgotten: nothing leads back, and what was done stays (GUARDS I17, PIPL Art 47)."""

from datetime import timedelta
from pathlib import Path

import pytest

from accounts import actions, audit, queries
from accounts.models import Consent, Desk, ResidentProfile, User, Verification, VolunteerProfile
from accounts.states import DeskRole, Purpose
from kernel import vault
from kernel.models import PersonKey
from tests.factories import accounts as make
from tests.factories.accounts import NOON
from tests.factories.regions import city, street
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


def erase(person, by):
    return actions.erase_person(user=person, by=by, now=NOON)


def again(row):
    """Return the row as it stands, sealed (``refresh_from_db`` opens what it reads)."""
    return type(row).objects.get(pk=row.pk)


def test_nothing_leads_back_to_a_volunteer(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    number = make.id_number()
    volunteer = make.volunteer(verified=False)
    person, phone = volunteer.user, volunteer.user.phone
    make.verify(person, id_number=number)
    volunteer.refresh_from_db()
    actions.set_skills(volunteer=volunteer, skills={"LAW": 1}, by=person, now=NOON)
    paper = make.credential(volunteer, file=b"%PDF-")
    make.credential(volunteer, kind="NURSE")
    actions.withdraw_credential(credential=make.credential(volunteer), by=person, now=NOON)
    before = last_event()

    erase(person, person)

    fresh = VolunteerProfile.objects.get(pk=volunteer.pk)
    assert (fresh.name, fresh.sex, fresh.region, fresh.lat, fresh.birth_band) == (
        "—",
        "",
        None,
        None,
        None,
    )
    assert not fresh.skills.exists()
    assert queries.user_by_address(phone) is None
    assert not Verification.objects.filter(id_index=vault.blind("id-number", number)).exists()
    assert not [path for path in Path(tmp_path).rglob("*") if path.is_file()]
    paper = again(paper)
    assert (paper.state, paper.file, paper.issuer) == ("WITHDRAWN", "", "—")
    with pytest.raises(PersonKey.Destroyed):
        _ = paper.number
    assert not queries.has_consent(person, Purpose.REAL_NAME)
    assert names_since(before) == ["credential.withdrawn"] * 2 + ["person.erased"]
    assert list(audit.broken()) == []


def test_the_number_is_free_for_whoever_can_prove_it_and_two_can_be_forgotten():
    number = make.id_number()
    for _number in range(2):
        person = make.user()
        assert make.verify(person, id_number=number).state == "MATCH"
        erase(person, None)

    assert make.verify(make.user(), id_number=number).state == "MATCH"


def test_running_claim_ends():
    person = make.user()
    claim = make.claim(person)

    erase(person, person)

    claim = again(claim)
    assert (claim.state, claim.reason, claim.next_attempt_at) == ("REJECTED", "erased", None)


def test_resident_with_an_account_is_forgotten_with_it_and_pages_still_open():
    resident = make.resident(
        phone="13877776666", certificate=make.id_number(birth="19510203") + "44"
    )
    grant = make.grant(resident)
    ended = actions.withdraw_grant(grant=make.grant(resident), by=resident.user, now=NOON)

    erase(resident.user, resident.user)

    fresh = ResidentProfile.objects.select_related("key").get(pk=resident.pk)
    assert (fresh.name, fresh.phone, fresh.certificate, fresh.point) == ("—", None, None, None)
    assert (fresh.name_index, fresh.phone_index, fresh.phone_tail_index) == ("", "", "")
    assert (fresh.lat, fresh.erased_at) == (None, NOON)
    grant, ended = again(grant), again(ended)
    assert (grant.state, ended.state) == ("WITHDRAWN", "WITHDRAWN")
    with pytest.raises(PersonKey.Destroyed):
        _ = grant.evidence
    officer = make.officer(DeskRole.CITY, city())
    assert not queries.residents_for(officer, now=NOON).exists()
    assert not queries.my_residents(resident.user, now=NOON).exists()
    assert list(audit.broken()) == []


def test_resident_without_an_account_is_forgotten_by_who_may_ask_or_the_citys_desk():
    officer, above = make.officer(DeskRole.STREET), make.officer(DeskRole.CITY, city())
    one, two = (make.resident(user=None, by=officer) for _ in range(2))
    proxy = make.grant(one, by=officer).proxy
    actions.decide_grant(grant=one.grants.get(), accept=True, reason="", by=above, now=NOON)
    own = make.resident()
    before = last_event()

    actions.erase_resident(resident=one, by=proxy, now=NOON)
    actions.erase_resident(resident=two, by=above, now=NOON)

    assert names_since(before) == ["grant.withdrawn", "person.erased", "person.erased"]
    assert PersonKey.objects.filter(destroyed_at=NOON).count() == 2
    for resident, by in [(one, officer), (own, above)]:
        with refused("not_yours"):
            actions.erase_resident(resident=resident, by=by, now=NOON)


def test_posts_and_what_others_granted_end():
    person, today = make.user(), NOON.date()
    for starts_on, ends_on in [(-5, None), (-5, 5), (-5, -3), (3, None)]:
        make.desk(
            DeskRole.AUDITOR,
            user=person,
            starts_on=today + timedelta(days=starts_on),
            ends_on=None if ends_on is None else today + timedelta(days=ends_on),
        )
    grant = make.grant(make.resident(), proxy=person)

    erase(person, None)

    ends = sorted(Desk.objects.values_list("ends_on", flat=True))
    assert ends == [today - timedelta(days=3), today, today]
    grant = again(grant)
    assert grant.state == "WITHDRAWN"


def test_only_the_person_and_the_citys_desk_may():
    person, stranger = make.user(), make.officer(DeskRole.DISTRICT, street().parent)
    above = make.officer(DeskRole.CITY, city())

    with refused("not_yours"):
        erase(person, stranger)
    assert User.objects.get(pk=person.pk).erased_at is None
    erase(person, above)
    person.refresh_from_db()
    assert (person.is_active, person.phone, person.phone_index) == (False, None, None)
    assert not Consent.objects.filter(withdrawn_at__isnull=True, user=person).exists()


def test_forgotten_person_can_join_anew(mailbox):
    person = make.user()
    phone = person.phone
    erase(person, person)
    actions.request_code(address=phone, ip="", language="en", now=NOON)

    again = actions.enter_with_code(address=phone, code=mailbox.code, ip="", now=NOON)

    assert again.pk != person.pk
