"""What is weighed: read by every office, set by the city, through the page and the API alike."""

import re
from dataclasses import asdict
from typing import Any

import pytest

from accounts.states import DeskRole
from matching import queries
from matching.models import Weighing
from matching.queries.weights import BEFORE
from tests.api.test_own import V1, client_of, said
from tests.conftest import Clock
from tests.factories import accounts
from tests.factories.regions import city, district
from tests.web.test_account_pages import refused_page
from tests.web.test_chain import Visitor
from tests.web.test_sent_twice import key_on

pytestmark = pytest.mark.django_db
PAGE = "/console/weights/"


@pytest.fixture
def office() -> Any:
    return accounts.officer(DeskRole.CITY, city())


def shown(page: str) -> dict[str, str]:
    """Return the fields of the form, as a browser would send them back."""
    return dict(re.findall(r'name="((?:initial-)?\w+)"[^>]*?value="([\d.]+)"', page))


def weigh(door: str, user: Any, **given: Any) -> tuple[int, Any]:
    """Weigh through one of the doors; return the status, and what was answered."""
    if door == "api":
        answer = client_of(user).post(V1 + "weights/", given, format="json")
        return answer.status_code, answer.json()
    visitor = Visitor(user)
    fields = shown(visitor.client.get(PAGE).content.decode())
    answer = visitor.client.post(PAGE, {**fields, **given})
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("door", ["web", "api"])
def test_the_city_weighs_and_what_was_not_touched_stays(door, office, clock: Clock):
    status, _answer = weigh(door, office, near=0.5, reason="桥封了，路程更要紧")

    assert status == {"web": 302, "api": 201}[door]
    row = Weighing.objects.get()
    assert (queries.parameters_now().near, row.set_by, row.reason) == (
        0.5,
        office,
        "桥封了，路程更要紧",
    )
    assert queries.parameters_now().night_rest_minutes == BEFORE.night_rest_minutes


@pytest.mark.parametrize("door", ["web", "api"])
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"near": -1, "reason": "试"}, "near"),
        ({"near": True, "reason": "试"}, "near"),
        ({"near_km": 1000, "reason": "试"}, "near_km"),
        ({"near_km": 0, "reason": "试"}, "near_km"),
        ({"services_a_day": 0, "reason": "试"}, "services_a_day"),
        ({"services_a_day": 25, "reason": "试"}, "services_a_day"),
        ({"services_a_day": 2.5, "reason": "试"}, "services_a_day"),
        ({"near": 0.5, "reason": ""}, "reason"),
        ({"reason": "试"}, "near"),
        ({"buffer_minutes": "x", "reason": "试"}, "buffer_minutes"),
    ],
)
def test_what_is_refused_is_said_at_its_field(door, given, field, office, clock: Clock):
    status, answer = weigh(door, office, **given)

    assert status == {"web": 422, "api": 400}[door]
    assert f'id="id_{field}_error"' in answer if door == "web" else answer["field"] == field
    assert not Weighing.objects.exists()


def test_what_is_typed_stays_and_one_error_a_field_says_what_is_possible(office, clock: Clock):
    _status, page = weigh("web", office, near="abc", level="1e5", near_km="0", reason="试")

    assert 'value="abc"' in page
    assert 'type="number"' not in page
    summary = page.split('id="error-summary"')[1].split("</ul>")[0]
    assert re.findall(r'href="#id_(\w+)"', summary) == ["near", "level", "near_km"]
    assert "最大是 100" in summary
    assert "范围：0 到 100" in page


@pytest.mark.parametrize("door", ["web", "api"])
def test_two_shares_are_one_together_at_most_and_both_are_marked(door, office, clock: Clock):
    _status, answer = weigh(door, office, known=0.6, preferred=0.6, reason="试")

    words = "合计不能超过 1"
    if door == "web":
        assert all(f'id="id_{name}_error"' in answer for name in ("known", "preferred"))
        assert answer.count(words) == 4
    else:
        assert (answer["code"], answer["field"]) == ("over_one", "preferred")
        assert words in answer["detail"]


@pytest.mark.parametrize("door", ["web", "api"])
def test_not_all_weights_are_zero(door, office, clock: Clock):
    names = ("near", "level", "reliable", "rested", "roomy", "likely", "first")
    _status, answer = weigh(door, office, **dict.fromkeys(names, 0), reason="试")

    if door == "web":
        assert '<a href="#id_near">' in answer
        assert 'id="id_near_error"' in answer
    else:
        assert (answer["code"], answer["field"]) == ("all_zero", "near")


def test_nobody_else_weighs(clock: Clock):
    clerk = accounts.officer(DeskRole.DISTRICT, district())

    status, answer = weigh("api", clerk, near=0.5, reason="试")
    refused_page(Visitor(clerk), PAGE, near="0.5", reason="试")

    assert (status, answer["code"]) == (403, "not_the_city")
    assert not Weighing.objects.exists()


def test_a_page_sends_only_what_was_changed_on_it(office, clock: Clock):
    visitor = Visitor(office)
    fields = shown(visitor.see(PAGE))
    weigh("api", office, near=0.5, reason="先")

    visitor.do(PAGE, **{**fields, "level": "0.2"}, reason="后")

    held = queries.parameters_now()
    assert (held.near, held.level) == (0.5, 0.2)


def test_sent_twice_is_weighed_once(office, clock: Clock):
    visitor = Visitor(office)
    page = visitor.see(PAGE)
    given = {**shown(page), "once": key_on(page), "near": "0.5", "reason": "试"}

    for _press in range(2):
        visitor.do(PAGE, **given)

    assert Weighing.objects.count() == 1


def test_an_office_reads_what_holds_who_set_it_and_why(office, clock: Clock):
    clerk = Visitor(accounts.officer())
    assert "还没有改动过" in clerk.see(PAGE)
    weigh("api", office, near=0.5, reason="桥封了")
    weigh("api", office, buffer_minutes=45, reason="路上更久")

    page = clerk.see(PAGE, "桥封了", "路上更久", "原来 0.3，现在 0.5", "原来 30，现在 45", "市")

    assert "id_reason" not in page
    assert "id_reason" in Visitor(office).see(PAGE)
    listed = said(client_of(clerk_of(clerk)).get(V1 + "weights/"))["results"]
    assert [row["number"] for row in listed] == [2, 1]
    assert listed[1]["parameters"]["near"] == 0.5
    assert said(client_of(clerk_of(clerk)).get(V1 + "weights/now/"))["buffer_minutes"] == 45
    assert Visitor(accounts.user()).client.get(PAGE).status_code == 404


@pytest.mark.parametrize("door", ["web", "api"])
def test_what_was_not_weighed_then_was_as_it_is_usually(door, office, clock: Clock):
    of_then = {name: value for name, value in asdict(BEFORE).items() if name != "services_a_day"}
    Weighing.objects.create(
        number=1, parameters=of_then, reason="当时", set_by=office, set_at=clock.now
    )

    weigh(door, office, services_a_day=2, reason="一天少一点")

    visitor = Visitor(office)
    page = visitor.see(PAGE, "一天最多几次服务", "原来 3，现在 2", "范围：1 到 8")
    assert "现在 0" not in page
    listed = said(client_of(office).get(V1 + "weights/"))["results"]
    assert [one["parameters"].get("services_a_day") for one in listed] == [2, None]


def clerk_of(visitor: Visitor) -> Any:
    return accounts.User.objects.get(pk=visitor.client.session["_auth_user_id"])


def test_the_history_has_pages(office, clock: Clock):
    for n in range(1, 12):
        weigh("api", office, near=n / 100, reason=f"第{n}次")

    first = Visitor(office).see(PAGE, "第11次", "第2次", "原来 0.01，现在 0.02")
    assert "第1次" not in first
    Visitor(office).see(f"{PAGE}?page=2", "第1次", "原来 0.3，现在 0.01")
