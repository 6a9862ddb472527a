"""Residents: what is known of them is sealed, and who looks leaves a trace (GUARDS §2, I11)."""

from datetime import date, timedelta

import pytest

from accounts import actions, queries
from accounts.actions.residents import REVEALABLE
from accounts.models import ResidentProfile, Reveal
from accounts.states import DeskRole, Need, Purpose, RevealReason
from tests.factories import accounts as make
from tests.factories.accounts import NOON
from tests.factories.regions import city, district, street
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
CONTACT = {"name": "陈小妹", "phone": "139 1111 2222"}


def full(**given):
    """Return a resident of whom everything is known, each part with something to find."""
    certificate = make.id_number(birth="19510203") + "44"
    values = {
        "name": "陈阿婆",
        "phone": "13877776666",
        "sex": "F",
        "address": "中山南路999弄8号",
        "lat": 31.2251,
        "lng": 121.4902,
        "disability": ("7", "1", ["4", "1"]),
        "certificate": certificate,
        "needs": [Need.WHEELCHAIR, Need.SIGN],
        "practical": "三级台阶\n轮椅65厘米",
        "health_notes": "青霉素过敏",
        "guardian": CONTACT,
        "emergency_contact": CONTACT,
        "no_voice": True,
        **given,
    }
    return make.resident(consents=False, **values)


def change(resident, by, **given):
    return actions.change_resident(resident=resident, by=by, now=NOON, **given)


def look(resident, by, *, field="phone", reason=RevealReason.REQUEST, now=NOON, **given):
    return actions.reveal(resident=resident, field=field, reason=reason, by=by, now=now, **given)


def test_nothing_that_says_who_it_is_stands_in_the_row_in_clear():
    resident = full()

    row = ResidentProfile.objects.filter(pk=resident.pk).values()[0]
    text = " ".join(str(v) for v in row.values())
    fresh = ResidentProfile.objects.select_related("key").get(pk=resident.pk)
    for canary in (
        "陈",
        "7777",
        "中山南路",
        "31.2251",
        "青霉素",
        "1951",
        '"7"',
        "台阶",
        "WHEELCHAIR",
    ):
        assert canary not in text
    assert (fresh.name, fresh.phone, fresh.birth_on) == ("陈阿婆", "13877776666", "1951-02-03")
    assert fresh.point == "31.2251,121.4902"
    assert (fresh.lat, fresh.lng) == (31.225, 121.49)
    assert queries.facts(fresh.disability) == {"category": "7", "level": "1", "parts": ["1", "4"]}
    assert queries.listed(fresh.needs) == ["SIGN", "WHEELCHAIR"]
    assert queries.facts(fresh.guardian) == {"name": "陈小妹", "phone": "13911112222"}
    assert queries.facts(None) == {}
    assert queries.listed(None) == []
    assert str(fresh) == fresh.number


def test_without_a_point_the_streets_stands_in():
    resident = make.resident(birth_on=date(1986, 5, 4))

    assert resident.point == "31.22,121.47"
    assert resident.birth_on == "1986-05-04"
    assert resident.phone is None


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"name": "1"}, "bad_name", "name"),
        ({"phone": "123"}, "bad_phone", "phone"),
        ({"sex": "X"}, "bad_sex", "sex"),
        ({"birth_on": date(2099, 1, 1)}, "bad_birth", "birth_on"),
        ({"lat": 0.0, "lng": 0.0}, "foreign_point", "region"),
        ({"lat": 121.47, "lng": 31.22}, "foreign_point", "region"),
        ({"disability": ("9", "1", [])}, "bad_disability", "disability"),
        ({"certificate": "123"}, "bad_certificate", "certificate"),
        ({"needs": ["MONEY"]}, "unknown_need", "needs"),
        ({"address": "号" * 201}, "too_long", "address"),
        ({"address": "一\n二"}, "bad_characters", "address"),
        (
            {"health_notes": "\u202e", "consents": [(Purpose.HEALTH, "1")]},
            "bad_characters",
            "health_notes",
        ),
        ({"health_notes": "青霉素过敏"}, "consent_missing", "health_notes"),
        (
            {"health_notes": "青霉素过敏", "consents": [(Purpose.SHARING, "1")]},
            "consent_missing",
            "health_notes",
        ),
        ({"guardian": {"name": "陈"}}, "bad_phone", "guardian"),
        ({"emergency_contact": {"phone": "13911112222"}}, "bad_name", "emergency_contact"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(given, code, field):
    person, home = make.user(), street()
    values = {"user": person, "name": "陈阿婆", "region": home, "by": person, "now": NOON}

    with refused(code) as caught:
        actions.register_resident(**{**values, **given})
    assert caught.value.field == field
    assert not ResidentProfile.objects.exists()


def test_home_is_a_street():
    person, region = make.user(), district()

    with refused("not_a_street"):
        actions.register_resident(user=person, name="陈", region=region, by=person, now=NOON)


def test_account_has_one_profile_made_by_its_owner_or_the_office():
    officer, stranger, person = make.officer(DeskRole.STREET), make.user(), make.user()
    home = street()
    values = {"name": "陈", "region": home, "now": NOON}

    with refused("not_your_resident"):
        actions.register_resident(user=person, by=stranger, **values)
    actions.register_resident(user=person, by=officer, **values)
    with refused("already_registered"):
        actions.register_resident(user=person, by=person, **values)
    child = actions.register_resident(by=stranger, **values)
    assert (child.user, child.registered_by) == (None, stranger)
    assert actions.register_resident(by=None, **values).registered_by is None


def test_second_claim_on_a_certificate_tells_nobody_and_waits_for_the_citys_desk():
    certificate = make.id_number(birth="19510203") + "44"
    first = make.resident(certificate=certificate)
    above, officer = make.officer(DeskRole.CITY, city()), make.officer(DeskRole.STREET)

    second = make.resident(certificate=certificate)

    assert second.certificate == certificate
    assert list(queries.certificates_claimed_twice(above, now=NOON)) == [second]
    assert list(queries.certificates_claimed_twice(officer, now=NOON)) == []
    for resident in (first, second):
        actions.check_resident_identity(resident=resident, by=officer, now=NOON)
        assert resident.identity_checked_at == NOON
    assert first.certificate_verified_on == NOON.date()
    assert second.certificate_verified_on is None


def test_papers_are_seen_by_the_own_street_and_never_by_oneself():
    resident = make.resident()
    elsewhere = make.officer(DeskRole.STREET, street("310104001"))
    make.desk(DeskRole.STREET, street(), user=resident.user)

    with refused("not_your_street"):
        actions.check_resident_identity(resident=resident, by=elsewhere, now=NOON)
    with refused("your_own"):
        actions.check_resident_identity(resident=resident, by=resident.user, now=NOON)


def test_change_writes_only_what_is_given_and_the_event_names_only_the_fields():
    resident = full()
    old = resident.address
    before = last_event()

    change(
        resident,
        resident.user,
        name="陈秀英",
        phone="13800009999",
        practical="",
        guardian={},
        no_voice=False,
        needs=[],
    )
    change(resident, resident.user, region=street("310104001"), certificate="")

    fresh = ResidentProfile.objects.select_related("key", "region").get(pk=resident.pk)
    assert (fresh.name, fresh.phone, fresh.address) == ("陈秀英", "13800009999", old)
    assert (fresh.practical, fresh.guardian, fresh.no_voice) == (None, None, False)
    assert (fresh.region.code, fresh.certificate, fresh.certificate_index) == (
        "310104001",
        None,
        None,
    )
    assert queries.listed(fresh.needs) == []
    assert names_since(before) == ["resident.changed", "resident.changed"]


def test_same_certificate_stays_verified_and_a_moved_point_is_kept():
    resident, officer = full(), make.officer(DeskRole.STREET)
    actions.check_resident_identity(resident=resident, by=officer, now=NOON)

    change(resident, officer, certificate=resident.certificate, lat=31.21, lng=121.46)

    assert resident.certificate_verified_on == NOON.date()
    assert resident.point == "31.21,121.46"


def write_needs(resident, by, **given):
    return actions.write_needs(resident=resident, by=by, now=NOON, **given)


def notes_of(resident):
    return ResidentProfile.objects.select_related("key").get(pk=resident.pk).health_notes


def test_health_notes_stand_with_their_own_consent_only_whichever_door():
    resident = make.resident()
    me = resident.user

    with refused("consent_missing"):
        change(resident, me, health_notes="青霉素过敏")
    with refused("consent_missing") as caught:
        write_needs(resident, me, health=None, health_notes="青霉素过敏")
    assert caught.value.field == "health_notes"
    change(resident, me, health_notes=" ")
    assert notes_of(resident) is None

    write_needs(resident, me, health="1", health_notes="青霉素过敏")
    change(resident, me, health_notes="花生过敏")
    assert notes_of(resident) == "花生过敏"
    write_needs(resident, me, health=None)
    assert notes_of(resident) is None
    with refused("consent_missing"):
        change(resident, me, health_notes="青霉素过敏")


def test_a_proxy_without_leave_neither_writes_health_notes_nor_takes_them_away():
    resident, notes = full(), "花生过敏"
    may_not = make.grant(resident).proxy
    may = make.grant(resident, may_see_health=True).proxy

    with refused("not_your_resident"):
        change(resident, may_not, health_notes=notes)
    for health, given in (("1", {"health_notes": notes}), (None, {})):
        with refused("not_your_resident"):
            write_needs(resident, may_not, health=health, **given)
    change(resident, may_not, practical="敲三下")
    assert notes_of(resident) == "青霉素过敏"
    change(resident, may, health_notes=notes)
    change(resident, make.officer(), practical="按铃", health_notes=f"{notes}。")
    assert notes_of(resident) == f"{notes}。"


def test_health_notes_go_with_their_consent_and_with_no_other():
    resident = full()
    sharing = actions.give_consent(
        subject=resident, purpose=Purpose.SHARING, text_version="1", by=resident.user, now=NOON
    )
    health = queries.consents_of(resident).get(purpose=Purpose.HEALTH)

    actions.withdraw_consent(consent=sharing, by=resident.user, now=NOON)
    assert notes_of(resident) == "青霉素过敏"
    actions.withdraw_consent(consent=health, by=resident.user, now=NOON)
    assert notes_of(resident) is None


def test_strangers_change_nothing():
    resident = make.resident()
    elsewhere = make.officer(DeskRole.STREET, street("310104001"))
    no_more = make.grant(resident, may_ask=False).proxy

    for by in (make.user(), elsewhere, no_more):
        with refused("not_your_resident"):
            change(resident, by, phone="13800009999")


# --- who may act --------------------------------------------------------------------------------


def grant(resident, by, **given):
    return make.grant(resident, by=by, **given)


def test_grant_by_the_resident_holds_at_once_and_says_what_it_allows():
    resident = make.resident()
    proxy = make.user()
    before = last_event()

    given = grant(resident, resident.user, proxy=proxy, may_see_health=True, may_confirm=False)

    assert names_since(before) == ["grant.submitted", "grant.decided"]
    assert (str(given), given.evidence) == ("FAMILY VALID", "户口本")

    def may(deed, user=proxy, now=NOON):
        return queries.acting(user, resident, deed=deed, now=now)

    assert may("ask") == (False, given)
    assert may("see_health")
    assert may("confirm") is None
    assert may("ask", resident.user) == (True, None)
    assert may("ask", None) is None
    assert may("ask", make.user()) is None
    assert may("ask", now=NOON + timedelta(days=365))
    assert may("ask", now=NOON + timedelta(days=366)) is None
    with pytest.raises(ValueError, match="sell"):
        may("sell")


def test_grant_by_the_proxy_waits_for_the_street():
    resident, proxy, officer = make.resident(), make.user(), make.officer(DeskRole.STREET)
    asked = grant(resident, proxy, proxy=proxy)
    assert queries.acting(proxy, resident, deed="ask", now=NOON) is None
    before = last_event()

    actions.decide_grant(grant=asked, accept=True, reason="", by=officer, now=NOON)

    assert names_since(before) == ["grant.decided"]
    assert (asked.state, asked.decided_by) == ("VALID", officer)
    assert queries.acting(proxy, resident, deed="ask", now=NOON)
    assert list(queries.my_residents(proxy, now=NOON)) == [resident]


def test_grant_is_decided_by_the_own_street_with_a_reason_and_never_by_the_proxy():
    resident, officer = make.resident(), make.officer(DeskRole.STREET)
    elsewhere = make.officer(DeskRole.STREET, street("310104001"))
    asked = grant(resident, officer, proxy=make.user())
    own = grant(resident, officer, proxy=officer)

    def decide(given, by, *, accept=True, reason=""):
        return actions.decide_grant(grant=given, accept=accept, reason=reason, by=by, now=NOON)

    with refused("not_your_street"):
        decide(asked, elsewhere)
    with refused("your_own"):
        decide(own, officer)
    with refused("reason_missing"):
        decide(asked, officer, accept=False)
    assert decide(asked, officer, accept=False, reason="No evidence.").state == "REFUSED"
    with refused("illegal_move"):
        decide(asked, officer)


def test_grant_that_cannot_be_is_refused():
    resident, proxy, stranger = make.resident(), make.user(), make.user()
    grant(resident, resident.user, proxy=proxy)
    today = NOON.date()

    with refused("not_your_resident"):
        grant(resident, stranger, proxy=proxy)
    with refused("grant_exists"):
        grant(resident, resident.user, proxy=proxy)
    with refused("your_own"):
        grant(resident, resident.user, proxy=resident.user)
    for until in (today, today + timedelta(days=5 * 366 + 1)):
        with refused("bad_dates"):
            grant(resident, resident.user, proxy=stranger, valid_until=until)


def test_either_side_or_the_street_ends_a_grant():
    resident, officer, stranger = make.resident(), make.officer(DeskRole.STREET), make.user()

    for who in ("resident", "proxy", "street"):
        given = make.grant(resident)
        with refused("not_yours"):
            actions.withdraw_grant(grant=given, by=stranger, now=NOON)
        by = {"resident": resident.user, "proxy": given.proxy, "street": officer}[who]
        assert actions.withdraw_grant(grant=given, by=by, now=NOON).state == "WITHDRAWN"


def test_grants_are_seen_by_both_sides_and_the_street():
    resident, officer = make.resident(), make.officer(DeskRole.STREET)
    given = make.grant(resident)

    for viewer, seen in [
        (resident.user, [given]),
        (given.proxy, [given]),
        (officer, [given]),
        (make.officer(DeskRole.STREET, street("310104001")), []),
        (None, []),
    ]:
        assert list(queries.grants_for(viewer, now=NOON)) == seen


# --- who sees -----------------------------------------------------------------------------------


def test_residents_are_seen_by_themselves_their_proxies_and_their_area():
    resident, other = make.resident(), make.resident(region=street("310104001"))
    proxy = make.grant(resident).proxy
    operator = make.officer(DeskRole.OPERATOR, city())

    for viewer, seen in [
        (resident.user, {resident}),
        (proxy, {resident}),
        (make.officer(DeskRole.STREET), {resident}),
        (make.officer(DeskRole.DISTRICT, district()), {resident}),
        (make.officer(DeskRole.CITY, city()), {resident, other}),
        (operator, {resident, other}),
        (make.officer(DeskRole.REVIEWER, city()), set()),
        (make.user(), set()),
        (None, set()),
    ]:
        assert set(queries.residents_for(viewer, now=NOON)) == seen


def test_hotline_finds_a_caller_by_what_callers_say():
    resident = full(name="陈阿婆", phone="13877776666")
    make.resident(name="李四", phone="13877775555")
    operator = make.officer(DeskRole.OPERATOR, city())
    elsewhere = make.officer(DeskRole.STREET, street("310104001"))

    for words in (
        {"phone": "13877776666"},
        {"phone": "6666"},
        {"name": "陈 阿婆"},
        {"name": "Chen Apo"},
        {"number": f" {resident.number.lower()} "},
    ):
        assert list(queries.find_residents(operator, now=NOON, **words)) == [resident]
        assert not queries.find_residents(elsewhere, now=NOON, **words).exists()
    assert not queries.find_residents(operator, now=NOON).exists()


def test_look_leaves_who_what_and_why_for_the_resident_to_read():
    resident, officer = full(), make.officer(DeskRole.STREET)
    before = last_event()

    seen = [look(resident, officer, field=field) for field in REVEALABLE]

    assert seen[:3] == ["陈阿婆", "13877776666", "1951-02-03"]
    assert all(seen)
    assert names_since(before) == ["resident.revealed"] * len(REVEALABLE)
    newest = queries.reveals_of(resident)[0]
    assert (newest.by, newest.field, newest.reason) == (officer, "emergency_contact", "REQUEST")
    assert str(newest).startswith("emergency_contact ")


def test_look_is_refused_outside_the_area_and_for_what_is_not_masked():
    resident, officer = make.resident(), make.officer(DeskRole.STREET)
    elsewhere = make.officer(DeskRole.STREET, street("310104001"))

    for by in (elsewhere, resident.user):
        with refused("not_your_resident"):
            look(resident, by)
    with refused("bad_field"):
        look(resident, officer, field="key")
    assert not Reveal.objects.exists()


def test_hotline_names_the_call():
    resident, operator = make.resident(), make.officer(DeskRole.OPERATOR, city())

    with refused("call_number_missing"):
        look(resident, operator, reason=RevealReason.CALL, call_number=" ")
    look(resident, operator, reason=RevealReason.CALL, call_number="12385-0007")
    assert Reveal.objects.get().call_number == "12385-0007"


def test_quota_counts_people_not_looks_and_ends_with_the_day(settings):
    settings.HUB_REVEALS_A_DAY = 2
    officer, people = make.officer(DeskRole.STREET), [make.resident() for _ in range(3)]
    for resident in people[:2]:
        look(resident, officer)
        look(resident, officer, field="name")

    with refused("quota"):
        look(people[2], officer)
    look(people[0], officer)
    look(people[2], officer, now=NOON + timedelta(hours=12))  # midnight in Shanghai
