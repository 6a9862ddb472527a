"""Passkeys: kept, shown as the second factor or as both, removed; and all that is not believed."""

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.utils import translation
from fido2.cose import ES256
from fido2.webauthn import AuthenticatorData

from accounts import actions, audit, queries, rules
from accounts.actions import access, passkeys
from accounts.models import CodeUse, Desk, Passkey, User
from accounts.states import DeskRole
from kernel.models import Session
from kernel.refusals import Conflict
from tests.factories import accounts as make
from tests.factories.accounts import NOON
from tests.factories.passkeys import FLAG, HOST, Device, passkey
from tests.factories.regions import street
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def person():
    return make.user()


@pytest.fixture
def other():
    return make.user()


@pytest.fixture
def device():
    return Device()


def asked_for(user=None, *, now=LATER):
    return queries.passkey_options(user, host=HOST, now=now)


def enter(device, *, now=LATER, host=HOST, **given):
    options, asked = asked_for(now=now)
    values = {"answer": device.signed(options), "asked": asked, "ip": "192.0.2.1", **given}
    return actions.enter_with_passkey(host=host, now=now, **values)


def show(user, device, *, by=None, now=LATER):
    options, asked = asked_for(user, now=now)
    return actions.show_passkey(
        user=user, answer=device.signed(options), asked=asked, host=HOST, by=by or user, now=now
    )


def with_app(user):
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})


def test_a_passkey_is_kept_and_opens_the_account_alone(person, device):
    before = last_event()

    kept = passkey(person, device=device)
    entered = enter(device)

    assert entered == person
    kept.refresh_from_db()
    assert (str(kept), kept.name, kept.credential) == (kept.ref, "我的手机", device.id)
    assert (kept.sign_count, kept.created_at, kept.last_used_at) == (2, NOON, LATER)
    assert list(queries.passkeys_of(person)) == [kept]
    assert names_since(before) == ["passkey.added", "user.entered"]


def test_what_a_browser_is_asked_names_the_site_and_the_person_by_what_she_types(person, device):
    passkey(person, device=device)

    with translation.override("en"):
        made, _asked = queries.new_passkey_options(person, host=HOST, now=NOON)
    new, known = made["publicKey"], asked_for(person)[0]["publicKey"]
    anybody = asked_for()[0]["publicKey"]

    assert new["rp"] == {"id": "localhost", "name": "Volunteer Hub"}
    assert new["user"]["name"] == f"{person.phone[:3]}****{person.phone[-4:]}"
    assert [key["id"] for key in new["excludeCredentials"]] == [device.id]
    assert new["authenticatorSelection"]["residentKey"] == "required"
    assert new["authenticatorSelection"]["userVerification"] == "required"
    assert [key["id"] for key in known["allowCredentials"]] == [device.id]
    assert "allowCredentials" not in anybody
    assert anybody["userVerification"] == "required"
    assert len({new["challenge"], known["challenge"], anybody["challenge"]}) == 3


def test_who_signs_in_with_an_e_mail_address_or_nothing_is_labelled_so(person):
    by_mail = actions.make_user(channel="EMAIL", address="a@example.org", by=None, now=NOON)
    person.phone = None

    labels = [
        queries.new_passkey_options(user, host=HOST, now=NOON)[0]["publicKey"]["user"]["name"]
        for user in (by_mail, person)
    ]

    assert labels == ["a***@example.org", person.ref[:6]]


@pytest.mark.parametrize(
    ("host", "works"),
    [
        ("localhost:8000", True),
        ("hub.example.org", True),
        ("127.0.0.1:8000", False),
        ("[::1]:8", False),
    ],
)
def test_a_passkey_belongs_to_a_name(host, works):
    assert rules.takes_passkeys(host) is works


def test_as_a_second_factor_it_is_shown_by_its_owner(person, other, device):
    kept = passkey(person, device=device)
    before = last_event()

    assert show(person, device) == kept

    assert names_since(before) == ["passkey.used"]
    with refused("not_yours"):
        show(person, device, by=other)
    with refused("passkey_wrong"):
        show(other, device)


def test_a_key_that_counts_nothing_goes_on_counting_nothing(person):
    device = Device(count=0)
    passkey(person, device=device)

    assert enter(device) == person
    assert enter(device) == person
    assert Passkey.objects.get().sign_count == 0


@pytest.mark.parametrize("count", [0, 2, 3])
def test_a_counter_that_stands_or_goes_back_is_that_of_a_copy(person, device, count):
    passkey(person, device=device)
    enter(device)
    enter(device)
    device.count = count - 1 if count else 0

    before = last_event()

    for act in (lambda: enter(device), lambda: show(person, device)):
        device.count = count - 1 if count else 0
        with pytest.raises(Conflict, match="passkey_copied"):
            act()

    assert Passkey.objects.get().sign_count == 3
    assert names_since(before) == ["passkey.copied", "passkey.copied"]  # the owner is told


def test_a_challenge_is_answered_once(person, device):
    passkey(person, device=device)
    options, asked = asked_for()
    answer = device.signed(options)
    actions.enter_with_passkey(answer=answer, asked=asked, host=HOST, ip="", now=LATER)

    with refused("passkey_late"):
        actions.enter_with_passkey(answer=answer, asked=asked, host=HOST, ip="", now=LATER)


def test_a_wrong_answer_uses_the_challenge_up_too(person, device):
    passkey(person, device=device)
    options, asked = asked_for()
    with refused("passkey_wrong"):
        actions.enter_with_passkey(answer="{}", asked=asked, host=HOST, ip="", now=LATER)

    with refused("passkey_late"):
        actions.enter_with_passkey(
            answer=device.signed(options), asked=asked, host=HOST, ip="", now=LATER
        )
    assert CodeUse.objects.count() == 2


def test_a_challenge_lives_five_minutes(person, device):
    passkey(person, device=device)
    options, asked = asked_for(now=NOON)
    words = {"answer": device.signed(options), "host": HOST, "ip": ""}

    with refused("passkey_late"):
        actions.enter_with_passkey(**words, asked=asked, now=NOON + timedelta(minutes=5))
    with refused("passkey_late"):
        actions.enter_with_passkey(**words, asked=None, now=NOON)
    last = NOON + timedelta(minutes=5, microseconds=-1)
    assert actions.enter_with_passkey(**words, asked=asked, now=last) == person


def signed(device, *, change=lambda device: None, **words):
    """Return the answer of a device that was changed before."""
    options, asked = asked_for()
    change(device)
    said = json.loads(device.signed(options))
    return json.dumps({**said, **words}), asked


def elsewhere(device):
    device.origin = "https://localhost.evil.example"


def other_port(device):
    device.origin = "http://localhost:8001"


def of_another_site(device):
    device.host = "hub.example.org"


def nobody_there(device):
    device.flags = FLAG(0)


def not_verified(device):
    device.flags = FLAG.UP


def of_somebody_else(device):
    device.owner = b"somebody else"


def another_key(device):
    device.key = Device().key


def another_id(device):
    device.credential = b"never seen"


CHANGES = [
    elsewhere, other_port, of_another_site, nobody_there, not_verified, of_somebody_else,
    another_key, another_id,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_not_true_opens_nothing(change, person, device):
    passkey(person, device=device)
    answer, asked = signed(device, change=change)

    with refused("passkey_wrong"):
        actions.enter_with_passkey(answer=answer, asked=asked, host=HOST, ip="", now=LATER)
    assert Passkey.objects.get().last_used_at is None


def test_without_a_word_about_its_owner_the_key_itself_is_believed(person, device):
    passkey(person, device=device)
    device.owner = b""

    assert enter(device) == person


NONSENSE = [
    "", "{", "[]", "{}", '{"id": 7}', '{"id": "\\u0000"}', '"id"', "[" * 20_000, "x" * 30_000,
]  # fmt: skip


@pytest.mark.parametrize("answer", NONSENSE)
def test_what_is_no_answer_is_refused(answer, person, device):
    passkey(person, device=device)

    with refused("passkey_wrong"):
        enter(device, answer=answer)
    with refused("passkey_wrong"):
        passkey(person, answer=answer or " ")


@pytest.mark.parametrize("words", [{"rawId": "AAAA"}, {"response": {}}, {"response": None}])
def test_an_answer_with_a_hole_is_refused(words, person, device):
    passkey(person, device=device)
    answer, asked = signed(device, **words)

    with refused("passkey_wrong"):
        actions.enter_with_passkey(answer=answer, asked=asked, host=HOST, ip="", now=LATER)


@pytest.mark.parametrize("change", [elsewhere, other_port, of_another_site, not_verified])
def test_a_key_that_was_not_made_here_and_now_is_not_kept(change, person, device):
    change(device)

    with refused("passkey_wrong"):
        passkey(person, device=device)
    assert not Passkey.objects.exists()


def test_a_key_of_an_unknown_kind_is_not_kept(person, device):
    device.public_key = ES256({**device.public_key, 3: -65535})

    with refused("passkey_wrong"):
        passkey(person, device=device)


def test_an_answer_that_makes_no_key_is_not_kept(person, device, monkeypatch):
    create = AuthenticatorData.create
    monkeypatch.setattr(
        AuthenticatorData,
        "create",
        lambda place, flags, count, _key: create(place, flags & ~FLAG.AT, count),
    )

    with refused("passkey_wrong"):
        passkey(person, device=device)


def test_a_challenge_of_one_deed_does_not_serve_the_other(person, device):
    passkey(person, device=device)
    options, asked = queries.new_passkey_options(person, host=HOST, now=LATER)

    with refused("passkey_wrong"):
        actions.enter_with_passkey(
            answer=Device().made(options), asked=asked, host=HOST, ip="", now=LATER
        )


@pytest.mark.parametrize(
    ("name", "code"), [("", "name_missing"), ("  ", "name_missing"), ("x" * 41, "too_long")]
)
def test_a_passkey_has_a_name(name, code, person):
    with refused(code):
        passkey(person, name=name)


def test_a_key_is_kept_once(person, other, device):
    passkey(person, device=device)

    with refused("passkey_known"):
        passkey(person, device=device)
    with refused("passkey_known"):
        passkey(other, device=device)


def test_ten_are_enough(person, monkeypatch):
    monkeypatch.setattr(rules.passkeys, "MOST_PASSKEYS", 2)
    passkey(person)
    passkey(person)

    with refused("too_many_passkeys"):
        passkey(person)


def test_nobody_keeps_a_key_for_somebody_else(person, other):
    with refused("not_yours"):
        passkey(person, by=other)


def test_who_has_a_second_factor_shows_it_before_adding_another(person, other):
    passkey(person, passed=False)  # the first
    with_app(other)

    with refused("second_factor_first"):
        passkey(person, passed=False)
    with refused("second_factor_first"):
        passkey(other, passed=False)
    passkey(other, passed=True)


def test_who_was_shut_out_does_not_come_in_by_a_passkey(person, device):
    passkey(person, device=device)
    actions.suspend(user=person, by=None, now=NOON)

    with refused("cannot_enter"):
        enter(device)


def test_tries_are_limited(person, device, monkeypatch):
    monkeypatch.setattr(passkeys, "TRIES_PER_IP", 1)
    monkeypatch.setattr(passkeys, "SECOND_FACTOR_TRIES", 1)
    passkey(person, device=device)
    enter(device)
    show(person, device)

    with refused("too_often"):
        enter(device)
    with refused("too_often"):
        show(person, device)
    with refused("too_often"):  # codes of the app and passkeys are counted together
        access.count(kind="second-factor", what=person.ref, most=1, now=LATER)


def drop(act, /, **given):
    """Remove a factor as who has shown one, in the session ``here``."""
    return act(**{"passed": True, "but": "here", "now": NOON, **given})


def test_a_removed_passkey_opens_nothing_and_is_removed_once(person, device):
    kept = passkey(person, device=device)
    before = last_event()

    for _time in range(2):
        drop(actions.remove_passkey, passkey=kept, by=person, now=NOON)

    assert names_since(before) == ["passkey.removed"]
    assert not queries.has_second_factor(person)
    with refused("passkey_wrong"):
        enter(device)


def test_a_passkey_is_removed_by_nobody_else(person, other):
    kept = passkey(person)

    with refused("not_yours"):
        drop(actions.remove_passkey, passkey=kept, by=other, now=NOON)


def test_who_holds_a_post_keeps_a_second_factor():
    officer = make.officer(DeskRole.REVIEWER)
    first, second = passkey(officer), passkey(officer)
    drop(actions.remove_passkey, passkey=first, by=officer, now=NOON)

    with refused("last_second_factor"):
        drop(actions.remove_passkey, passkey=second, by=officer, now=NOON)
    with_app(officer)
    drop(actions.remove_passkey, passkey=second, by=officer, now=NOON)

    assert queries.has_second_factor(officer)
    assert not Passkey.objects.exists()


def test_the_app_is_removed_where_a_passkey_remains():
    officer, person = make.officer(DeskRole.REVIEWER), make.user()
    with_app(officer)
    with_app(person)
    with refused("last_second_factor"):
        drop(actions.remove_app, user=officer, by=officer, now=NOON)
    with refused("not_yours"):
        drop(actions.remove_app, user=person, by=officer, now=NOON)
    passkey(officer)
    before = last_event()

    for user in (officer, person, person):
        drop(actions.remove_app, user=user, by=user, now=NOON)

    assert names_since(before) == ["app.removed", "app.removed"]
    assert not Authenticator.objects.exists()


def test_who_is_forgotten_leaves_no_second_factor(person, device):
    passkey(person, device=device)
    with_app(person)

    actions.erase_person(user=person, by=person, now=NOON)

    assert not Passkey.objects.exists()
    assert not Authenticator.objects.exists()
    assert list(audit.broken()) == []


def test_audit_finds_a_passkey_of_the_forgotten(person):
    kept = passkey(person)
    User.objects.filter(pk=person.pk).update(erased_at=NOON)

    assert ("I17", f"accounts_passkey#{kept.pk}: its owner is erased") in list(audit.broken())


@pytest.mark.parametrize("starts_on", [NOON.date(), NOON.date() + timedelta(days=7)])
def test_who_holds_a_post_or_will_shows_a_factor_to_remove_one(starts_on):
    officer = make.user()
    Desk.objects.create(
        user=officer, role=DeskRole.STREET, region=street(), starts_on=starts_on, granted_by=None
    )
    first = passkey(officer)
    passkey(officer)
    with_app(officer)

    with refused("second_factor_first"):
        drop(actions.remove_passkey, passkey=first, passed=False, by=officer)
    with refused("second_factor_first"):
        drop(actions.remove_app, user=officer, passed=False, by=officer)


def test_what_a_removed_factor_opened_is_shut_but_for_the_browser_that_asks(person):
    kept = passkey(person)
    with_app(person)
    later = NOON + timedelta(days=400)

    def sessions(*refs):
        for ref in refs:
            Session.objects.create(key_index=ref, user_id=person.pk, data=b"x", expires_at=later)

    def left():
        return set(Session.objects.values_list("key_index", flat=True))

    sessions("here", "there")
    drop(actions.remove_passkey, passkey=kept, passed=False, by=person)  # lost: a code must do
    assert left() == {"here"}
    sessions("elsewhere")
    drop(actions.remove_app, user=person, passed=False, by=person)
    assert left() == {"here"}


def test_a_stolen_code_adds_no_app_to_a_passkey(person):
    passkey(person)

    with refused("second_factor_first"):
        actions.add_app(user=person, keep=lambda: None, passed=False, by=person, now=NOON)
