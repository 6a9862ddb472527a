"""A page and its part come out of one template: htmx gets the part, everybody else the whole page."""

import gzip
import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kernel import jobs
from kernel.models import Job
from tests.conftest import Clock
from tests.factories import accounts, help_requests, notifications, organizations, regions
from tests.web.test_chain import Visitor

STATIC = Path(__file__).resolve().parents[2] / "static"
HTMX = {"HX-Request": "true"}
KILOBYTE = 1024


def part(client: Client, path: str, **headers: str) -> str:
    """Return what htmx gets, which is never a whole page and never kept for one."""
    answer = client.get(path, headers=HTMX | headers)
    text = answer.content.decode()
    assert answer.status_code == 200, path
    assert "HX-Request" in answer["Vary"]
    assert "<html" not in text
    assert "govuk-form-group" not in text
    return text


def whole(client: Client, path: str, **headers: str) -> str:
    """Return the page without JavaScript."""
    answer = client.get(path, headers=headers)
    text = answer.content.decode()
    assert answer.status_code == 200, path
    assert "HX-Request" in answer["Vary"]
    assert text.count("<html") == text.count("<h1") == 1
    return text


def listed(text: str) -> str:
    """Return the list of a page or part, without the space that the page puts around it."""
    start = text.index('<h2 class="govuk-heading-m">')
    return text[start : text.index("</ul>", start)].strip()


# --- files ------------------------------------------------------------------------------------------


def test_vendored_files_are_what_was_fetched():
    lines = (STATIC / "SHA256").read_text().splitlines()
    told = {name: digest for digest, name in (line.split() for line in lines)}

    assert set(told) == {"static/css/govuk.css", "static/js/htmx.min.js"}
    for name, digest in told.items():
        assert hashlib.sha256((STATIC.parent / name).read_bytes()).hexdigest() == digest, name


def test_scripts_and_styles_keep_their_weight():
    def weight(pattern: str) -> float:
        return sum(len(gzip.compress(p.read_bytes())) for p in STATIC.glob(pattern)) / KILOBYTE

    assert weight("js/*.js") <= 60
    assert weight("css/*.css") <= 25


# --- lists ------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestLists:
    """The four lists with filters."""

    def test_projects(self, clock: Clock) -> None:
        body = organizations.organization()
        organizations.published_project(body, title="公园助盲跑", summary="陪视障人士跑步")
        organizations.published_project(body, title="社区读报")
        self.holds(Client(), "/projects/?q=读报", "社区读报", "公园助盲跑")

    def test_organizations(self, clock: Clock) -> None:
        for name in ("暖阳助残服务社", "晨光社"):
            organizations.organization(name=name)
        self.holds(Client(), "/organizations/?q=暖阳", "暖阳助残服务社", "晨光社")

    def holds(self, client: Client, path: str, found: str, other: str) -> None:
        """Expect the same list either way, its count said, and the page's filter left alone."""
        page, answer = whole(client, path), part(client, path)
        assert found in answer
        assert other not in answer
        assert listed(page) == listed(answer)
        assert f'hx-get="{path.partition("?")[0]}" hx-target="#results"' in page
        said = listed(answer).partition("</h2>")[0].rpartition(">")[2]
        assert f'<div id="status" hx-swap-oob="innerHTML">{said}</div>' in answer
        assert other in whole(client, path.partition("?")[0])

    def test_places(self, clock: Clock) -> None:
        regions.street()
        text = part(Client(), "/places/")
        assert 'hx-swap-oob="innerHTML"' in text
        assert listed_empty(text) in whole(Client(), "/places/")

    def test_the_queue_of_a_street(self, clock: Clock) -> None:
        request = help_requests.submitted()
        clerk = Visitor(accounts.officer()).client
        assert request.ref in part(clerk, "/console/requests/?state=SUBMITTED")
        other = part(clerk, "/console/requests/?state=CLOSED")
        assert request.ref not in other
        assert 'href="/console/requests/"' in other
        assert 'hx-get="/console/requests/"' in whole(clerk, "/console/requests/?state=CLOSED")

    def test_a_refused_filter_is_shown_on_the_whole_page(self, clock: Clock) -> None:
        path = "/projects/?q=" + "x" * 41
        answer = Client().get(path, headers=HTMX)
        assert answer["HX-Redirect"] == path
        refused = Client().get(path)
        assert refused.status_code == 422
        assert "govuk-error-message" in refused.content.decode()

    def test_going_back_gets_the_whole_page(self, clock: Clock) -> None:
        headers = HTMX | {"HX-History-Restore-Request": "true"}
        assert 'id="results"' in whole(Client(), "/projects/", **headers)


def listed_empty(text: str) -> str:
    """Return the sentence of an empty list."""
    return text.partition('<p class="govuk-body">')[2].partition("</p>")[0]


# --- long work --------------------------------------------------------------------------------------


def said(text: str) -> str | None:
    """Return what the part announces."""
    _before, found, rest = text.partition('<div id="status" hx-swap-oob="innerHTML">')
    return rest.partition("</div>")[0] if found else None


@pytest.mark.django_db
def test_long_work_is_asked_about_until_it_ends_and_said_at_each_quarter(clock: Clock):
    user = accounts.user()
    client = Visitor(user).client
    job = jobs.queue("export", "kernel.jobs.tidy", by=user, now=clock.now)
    path = reverse("web:job", args=[job.ref])

    def looks(done: int | None, already: str) -> str | None:
        if done is not None:
            assert jobs.progress(job, done)
        text = part(client, f"{path}?said={already}")
        assert 'hx-trigger="every 2s"' in text
        assert "job-deeds" not in text
        return said(text)

    page = whole(client, path)
    assert f'hx-get="{path}?said="' in page
    assert f'<a class="vh-deed" href="{path}">' in page
    assert said(page) is None
    assert looks(None, "") is None
    jobs.start(job, total=8, now=clock.now)
    steps = [(0, ""), (0, "0"), (1, "0"), (2, "0"), (3, "25"), (4, "25"), (7, "50"), (7, "75")]
    told = [looks(done, already) for done, already in steps]
    assert [words is not None for words in told] == [1, 0, 0, 1, 0, 1, 1, 0]
    assert "2" in str(told[3])

    jobs.finish(job, now=clock.now, result={"rows": 8})
    end = part(client, f"{path}?said=75")
    assert said(end)
    assert "hx-get" not in end
    assert '<div id="job-deeds" hx-swap-oob="innerHTML"></div>' in end
    assert reverse("web:job-stop", args=[job.ref]) not in whole(client, path)
    assert Job.objects.get().state == "DONE"


# --- notices ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_newer_notices_are_counted_beside_the_list(clock: Clock):
    user = accounts.user()
    first = notifications.notice(user)
    client = Visitor(user).client
    page = whole(client, "/notices/")
    assert f'hx-get="/notices/?after={first.pk}" hx-trigger="news from:body"' in page
    assert "有新消息吗？刷新" in page

    def bar(after: Any) -> str:
        return " ".join(part(client, f"/notices/?after={after}").split())

    assert bar(first.pk) == "有新消息吗？刷新"
    for _each in range(3):
        notifications.notice(user)
    notifications.notice(accounts.user())
    assert bar(first.pk) == "有 3 条新消息，点此显示"
    assert bar("x") == "有新消息吗？刷新"
