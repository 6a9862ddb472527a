"""Papers of volunteers: handed in, cleaned, sealed, checked by the street (DOMAIN §3, GUARDS §6)."""

import io
import re
import struct
import zlib
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from django.conf import settings
from PIL import Image

from accounts import actions, queries
from accounts.gateways import files
from accounts.states import DeskRole, PaperState
from kernel.refusals import Refusal
from tests.factories import accounts as make
from tests.factories.accounts import NOON
from tests.factories.regions import street
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%canary\n"


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def picture(kind="JPEG", size=(40, 30), mode="RGB", **options):
    target = io.BytesIO()
    Image.new(mode, size, "navy" if mode == "RGB" else 0).save(target, kind, **options)
    return target.getvalue()


def flood(width=100_000, height=100_000):
    """Return a small PNG that claims ten thousand million pixels."""

    def chunk(name, data):
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")


def decide(credential, by, *, accept=True, reason=""):
    return actions.decide_credential(
        credential=credential, accept=accept, reason=reason, by=by, now=NOON
    )


def test_paper_is_handed_in_sealed_and_found_valid():
    volunteer, officer = make.volunteer(), make.officer(DeskRole.STREET)
    before = last_event()

    credential = make.credential(volunteer, file=PDF)
    decide(credential, officer)

    assert names_since(before) == ["credential.submitted", "credential.decided"]
    assert (credential.state, credential.checked_by) == ("VALID", officer)
    assert (credential.number, str(credential)) == ("A12345", "LAWYER VALID")
    kept = [path.read_bytes() for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert len(kept) == 1
    assert b"canary" not in kept[0]


def test_file_is_opened_by_its_owner_and_by_the_street_which_leaves_a_trace():
    volunteer, officer = make.volunteer(), make.officer(DeskRole.STREET)
    credential = make.credential(volunteer, file=PDF)
    stranger, bare = make.user(), make.credential(volunteer, kind="NURSE")
    before = last_event()

    def opened(by, paper=credential):
        return actions.open_credential_file(credential=paper, by=by, now=NOON)

    assert opened(volunteer.user) == (PDF, "application/pdf")
    assert names_since(before) == []
    assert opened(officer) == (PDF, "application/pdf")
    assert names_since(before) == ["credential.opened"]
    with refused("not_your_street"):
        opened(stranger)
    with refused("no_file"):
        opened(volunteer.user, bare)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"number": "A1"}, "bad_number"),
        ({"number": "A" * 41}, "bad_number"),
        ({"issued_on": date(2026, 3, 5)}, "not_issued_yet"),
        ({"valid_until": date(2026, 3, 3)}, "bad_dates"),
        ({"issuer": "司" * 81}, "too_long"),
        ({"file": b""}, "empty_file"),
        ({"file": b"PK\x03\x04zip"}, "wrong_file_type"),
        ({"file": b"%PDF-" + b"0" * files.MOST_BYTES}, "file_too_big"),
    ],
)
def test_paper_that_cannot_be_is_refused(given, code):
    volunteer = make.volunteer()

    with refused(code):
        make.credential(volunteer, **given)
    assert not volunteer.credentials.exists()


def test_paper_without_an_end_stays_valid():
    credential = make.credential(make.volunteer(), valid_until=None)

    assert credential.valid_until is None


def test_of_a_kind_one_paper_is_valid_at_a_time():
    volunteer, officer = make.volunteer(), make.officer(DeskRole.STREET)
    one, two = make.credential(volunteer), make.credential(volunteer)
    decide(one, officer)

    with refused("already_valid"):
        decide(two, officer)
    with refused("already_valid"):
        make.credential(volunteer)
    assert decide(two, officer, accept=False, reason="Not readable.").state == "REFUSED"


def test_paper_is_decided_by_the_own_street_and_never_by_oneself():
    volunteer, officer = make.volunteer(), make.officer(DeskRole.STREET)
    credential = make.credential(volunteer)
    elsewhere = make.officer(DeskRole.STREET, street("310104001"))
    make.desk(DeskRole.STREET, street(), user=volunteer.user)

    with refused("not_your_street"):
        decide(credential, elsewhere)
    with refused("your_own"):
        decide(credential, volunteer.user)
    with refused("reason_missing"):
        decide(credential, officer, accept=False)
    decide(credential, officer, accept=False, reason="Not readable.")
    with refused("illegal_move"):
        decide(credential, officer)


def test_only_the_owner_takes_a_paper_back():
    credential, stranger = make.credential(make.volunteer()), make.user()

    with refused("not_yours"):
        actions.withdraw_credential(credential=credential, by=stranger, now=NOON)
    actions.withdraw_credential(credential=credential, by=credential.volunteer.user, now=NOON)
    assert credential.state == PaperState.WITHDRAWN


def test_papers_and_grants_expire_after_their_last_day():
    volunteer, officer = make.volunteer(), make.officer(DeskRole.STREET)
    credential = make.credential(volunteer, valid_until=NOON.date() + timedelta(days=365))
    decide(credential, officer)
    grant = make.grant(make.resident())
    before = last_event()

    assert actions.expire_papers(now=NOON + timedelta(days=365)) == 0
    assert actions.expire_papers(now=NOON + timedelta(days=366)) == 2

    credential.refresh_from_db()
    grant.refresh_from_db()
    assert (credential.state, grant.state) == ("EXPIRED", "EXPIRED")
    assert names_since(before) == ["credential.expired", "grant.expired"]


def test_credentials_are_seen_by_owner_and_street():
    volunteer, officer = make.volunteer(), make.officer(DeskRole.STREET)
    elsewhere = make.officer(DeskRole.STREET, street("310104001"))
    credential = make.credential(volunteer)

    for viewer, seen in [(volunteer.user, 1), (officer, 1), (elsewhere, 0), (make.user(), 0)]:
        assert queries.credentials_for(viewer, now=NOON).filter(pk=credential.pk).count() == seen
    assert not queries.credentials_for(None, now=NOON).exists()


# --- files --------------------------------------------------------------------------------------


def test_photo_loses_where_it_was_taken_and_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "canary"
    exif.get_ifd(0x8825)[1] = "N"
    photo = picture(exif=exif, comment=b"canary")
    assert b"canary" in photo

    clean, kind = files.clean(photo)

    assert kind == "jpg"
    assert b"canary" not in clean
    kept = Image.open(io.BytesIO(clean))
    assert dict(kept.getexif()) == {}
    assert kept.size == (30, 40)


def test_transparent_picture_lies_on_white():
    clean, kind = files.clean(picture("PNG", mode="RGBA"))

    assert kind == "png"
    assert Image.open(io.BytesIO(clean)).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (flood(), "picture_too_big"),
        (flood(8000, 6000), "picture_too_big"),
        (flood(100, 100), "broken_picture"),
        (b"\xff\xd8\xff\xe0nonsense", "broken_picture"),
        (picture()[:300], "broken_picture"),
        (b"\x89PNG\r\n\x1a\n", "broken_picture"),
        (b"GIF89a", "wrong_file_type"),
        (b"<svg onload=alert(1)>", "wrong_file_type"),
    ],
    ids=["flood", "large", "no pixels", "no jpeg", "cut off", "only magic", "gif", "svg"],
)
def test_hostile_file_is_refused(content, code):
    with pytest.raises(Refusal) as caught:
        files.clean(content)

    assert (caught.value.code, caught.value.field) == (code, "file")


def test_kept_file_belongs_to_its_person_and_can_be_forgotten():
    one, two = make.user(), make.user()
    name = files.keep(picture("PNG"), key=one.key)

    assert files.read(name, key=one.key)[1] == "image/png"
    with pytest.raises(InvalidTag):
        files.read(name, key=two.key)
    files.forget(name)
    files.forget(name)
    assert not list(Path(settings.MEDIA_ROOT).rglob("*.sealed"))


@pytest.mark.parametrize("name", ["../../keys.json", "a.pdf", "x" * 22 + ".exe", "/etc/passwd"])
def test_name_that_we_did_not_give_is_no_path(name):
    with pytest.raises(ValueError, match=re.escape(name)):
        files.forget(name)
