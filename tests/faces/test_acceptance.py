"""The page of how a yes is guessed, and the operation that says the same."""

from typing import Any

import pytest

from accounts.states import DeskRole
from matching import actions
from matching.engine.acceptance import COLUMNS as KNOWN
from matching.engine.acceptance import Features
from tests.api.test_own import V1, client_of, said
from tests.conftest import Clock
from tests.factories import accounts, matching
from tests.factories.accounts import NOON
from tests.factories.regions import city, district
from tests.matching.test_learning import answered, thought_of
from tests.web.test_chain import Visitor
from web.console.acceptance import COLUMNS

pytestmark = pytest.mark.django_db
PAGE = "/console/acceptance/"
MODELS = V1 + "acceptance-models/"


@pytest.fixture
def office(clock: Clock) -> Any:
    return accounts.officer(DeskRole.CITY, city())


def learn(yes: Any, count: int = 400, **given: Any) -> None:
    """Learn from so many answers."""
    answered(thought_of(matching.offer()), count, yes, **given)
    actions.learn(now=NOON)


def test_everything_that_is_looked_at_has_words():
    assert set(COLUMNS) == set(KNOWN)
    assert not {"sex", "age", "region", "disability"} & set(Features._fields)


def test_before_anything_is_learned_the_page_says_so(office):
    page = Visitor(office).see(PAGE, "还没有学到什么", "从不使用的信息", "性别")

    assert '<svg class="vh-chart"' not in page
    assert said(client_of(office).get(MODELS))["results"] == []


def test_with_few_answers_nothing_is_learned(office):
    learn(lambda _n: True, count=3)

    Visitor(office).see(PAGE, "答复不到 200 个时，不学习", "正在使用平均答应率", "来自 3 个答复")

    [row] = said(client_of(office).get(MODELS))["results"]
    assert (row["is_used"], row["learned"], row["weights"]) == (False, None, [])


def test_what_was_learned_is_shown_with_its_weights_and_how_true_it_is(office):
    learn(lambda n: n % 4 == 0, km=lambda n: 0.5 if n % 4 == 0 else 8.0)

    page = Visitor(office).see(PAGE, "正在使用学到的模型", "路程", "越不可能答应", "布里尔分数")

    assert page.index("路程</th>") < page.index("紧急程度</th>")  # what moves most comes first
    assert "没有影响" in page
    assert page.count('<circle class="vh-point"') >= 2
    assert "vh-point--2" in page
    [row] = said(client_of(office).get(MODELS))["results"]
    assert row["is_used"]
    assert row["learned"]["brier"] < row["plain"]["brier"]
    weights = {one["column"]: one["weight"] for one in row["weights"]}
    assert weights["km"] < 0
    assert sum(one["size"] for one in row["learned"]["bins"]) == 133


def test_it_is_for_the_city(clock):
    clerk = accounts.officer(DeskRole.DISTRICT, district())

    assert Visitor(clerk).client.get(PAGE).status_code == 404
    assert said(client_of(clerk).get(MODELS))["results"] == []


def test_the_weights_lead_there(office):
    Visitor(office).see("/console/weights/", f'href="{PAGE}"')
