"""What is sent twice is made once: two presses of a button, or a page that is loaded again."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Credential, Token
from incentives.models import Proof
from organizations.models import Project, Shift
from rights.models import Complaint, Incident
from tests.conftest import Clock
from tests.factories import accounts, matching, organizations
from tests.factories import service_records as make
from tests.factories.regions import district, street
from tests.web.test_account_pages import PAPER, refused_page
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db


def key_on(page: str) -> str:
    """Return the key that the page's form carries."""
    return re.search(r'name="once" value="([^"]+)"', page)[1]


def about(page: str, words: str = "没有按说好的来") -> dict[str, str]:
    return {
        "once": key_on(page),
        "kind": "PLATFORM",
        "region": district().code,
        "words": words,
    }


def test_a_complaint_sent_twice_is_one_and_both_answers_lead_to_it(clock: Clock):
    visitor = Visitor(accounts.user())
    path = "/complaints/new/"
    given = about(visitor.see(path))

    assert visitor.do(path, **given) == visitor.do(path, **given)
    assert Complaint.objects.count() == 1
    visitor.do(path, **{**given, "words": "后来又有一次"})
    assert Complaint.objects.count() == 2
    visitor.do(path, **about(visitor.see(path)))
    assert Complaint.objects.count() == 3


def test_a_refusal_uses_no_key_up(clock: Clock):
    visitor = Visitor(accounts.user())
    path = "/complaints/new/"
    page = refused_page(visitor, path, **about(visitor.see(path), words=""))

    visitor.do(path, **about(page))

    assert Complaint.objects.count() == 1


def test_without_an_account_the_code_is_still_shown_after_the_second_press(clock: Clock):
    client, path = Client(), "/complaints/new/"
    given = about(client.get(path).content.decode())
    assert client.session.session_key  # there before the button is pressed
    first, second = (client.post(path, given) for _press in range(2))
    page = client.get(path).content.decode()

    assert first["Location"] == second["Location"] == path
    row = Complaint.objects.get()
    code = page.split("<strong>")[2].split("<")[0]
    asked = {"number": row.number, "code": code}
    assert client.post("/complaints/track/", asked).status_code == 200
    assert code not in client.get(path).content.decode()


def test_a_token_is_made_once_and_its_secret_is_shown_on_one_page(clock: Clock):
    visitor = Visitor(accounts.user())
    path = "/account/tokens/"
    given = {"name": "日历", "scopes": ["read"], "days": 30, "once": key_on(visitor.see(path))}

    assert visitor.do(path, **given) == visitor.do(path, **given) == path
    assert Token.objects.count() == 1
    assert "vh_" in visitor.see(path)
    assert "<code>vh_" not in visitor.see(path)


def test_a_proof_for_the_same_days_is_made_once(clock: Clock):
    clock.to(make.NEXT_DAY)
    visitor = Visitor(make.approved().volunteer)
    path = "/volunteer/hours/"
    days = {"starts_on": "2026-03-01", "ends_on": "2026-03-06"}
    given = {**days, "once": key_on(visitor.see(path))}

    assert visitor.do(path, **given) == visitor.do(path, **given)
    assert Proof.objects.count() == 1


def test_an_incident_is_reported_once(clock: Clock):
    task = matching.assignment()
    visitor = Visitor(task.volunteer)
    path = f"/assignments/{task.ref}/incident/"
    given = {"kind": "FALL", "once": key_on(visitor.see(path))}

    assert visitor.do(path, **given) == visitor.do(path, **given)
    assert Incident.objects.count() == 1


def test_a_paper_is_handed_in_once_and_another_picture_is_another_paper(clock: Clock):
    visitor = Visitor(accounts.volunteer().user)
    path = "/volunteer/credentials/"
    given = {**PAPER, "once": key_on(visitor.see(path))}

    for words in (b"%PDF-1.7 one", b"%PDF-1.7 one", b"%PDF-1.7 two"):
        visitor.do(path, **given, file=SimpleUploadedFile("x.pdf", words))

    assert Credential.objects.count() == 2
    paper = Credential.objects.order_by("pk").first()
    content = visitor.client.get(f"/credentials/{paper.ref}/file/").content
    assert content == b"%PDF-1.7 one"  # weighed for the key, and still whole


def test_a_project_and_its_shifts_are_made_once(clock: Clock):
    body = organizations.organization()
    visitor = Visitor(body.registered_by)
    path = f"/org/projects/new/{body.ref}/"
    words = {**organizations.project_values(), "region": street().code, "auto_accept": "on"}
    texts = {name: value for name, value in words.items() if isinstance(value, str)}
    given = {**texts, "once": key_on(visitor.see(path))}

    page = visitor.do(path, **given)
    assert visitor.do(path, **given) == page
    assert Project.objects.count() == 1
    times = {"day": "2026-03-13", "start": "14:00", "end": "16:00", "places": "4", "weeks": "2"}
    shifts = {**times, "once": key_on(visitor.see(page))}
    assert visitor.do(page, **shifts) == visitor.do(page, **shifts) == page
    assert Shift.objects.count() == 2
