"""What is said of a candidate, for and against, word for word in both languages."""

from dataclasses import replace

import pytest
from django.utils.translation import override

from matching.engine import Parameters, Reason, refusals, scored
from matching.rules import reason_words
from tests.matching.test_engine import ALWAYS, FITS, HERE, HOUR, NEED, NIGHT, busy

FRIEND = replace(
    FITS,
    skills={"LAW": 2},
    served=2,
    asked=3,
    reliability=0.911,
    minutes_left_this_week=330,
    is_new=True,
    is_known=True,
    is_preferred=True,
)
FOR = {
    "zh-hans": [
        "约 2.5 公里",
        "具备所需技能，水平 2.0（满分3）",
        "约定的服务估计到场率 91%",
        "近来问过 3 次，服务过 2 次",
        "那一周还可服务 5.5 小时",
        "这将是第一次服务",
        "以前服务过这位居民",
        "居民点名希望",
    ],
    "en": [
        "about 2.5 km away",
        "has the skills for it, level 2.0 of 3",
        "is likely to come to 91% of what is agreed",
        "asked 3 times and served 2 times of late",
        "5.5 hours of that week are still free",
        "it would be the first service",
        "has helped this person before",
        "is wished for by name",
    ],
}
AGAINST = {
    "zh-hans": [
        "还没有实名核对",
        "缺少所需的技能：法律（熟练）",
        "缺少所需的语言：英语、上海话",
        "缺少有效证件：律师执业证",
        "9.0 公里，超出所选的范围",
    ],
    "en": [
        "the name is not verified yet",
        "a skill is missing: law (good)",
        "a language is missing: English, Shanghainese",
        "a valid paper is missing: lawyer's licence",
        "9.0 km is beyond the chosen radius",
    ],
}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_speaks_for_somebody(language):
    need = replace(
        NEED, point=(31.23 + 0.02248, 121.47), skills={"LAW": 1}, has_known=True, has_preferred=True
    )
    [found] = scored(need, [FRIEND], Parameters(first=0.05))

    with override(language):
        assert [reason_words(reason) for reason in found.reasons] == FOR[language]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_stands_against_somebody(language):
    spoken = dict.fromkeys(("SHANGHAINESE", "ENGLISH"), 1)
    need = replace(
        NEED,
        point=(31.23 + 0.0809, 121.47),
        skills={"LAW": 2, **spoken},
        credentials=frozenset({"LAWYER"}),
        languages=frozenset(spoken),
    )
    against = refusals(need, replace(FITS, is_verified=False), HERE)

    with override(language):
        assert [reason_words(reason) for reason in against] == AGAINST[language]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ["两次服务之间需要一夜休息", "当天的服务已经够多了"]),
        (
            "en",
            [
                "a night's rest is needed between the services",
                "there is enough to do on that day already",
            ],
        ),
    ],
)
def test_what_a_day_and_a_night_stand_against(language, words):
    need = replace(NEED, **NIGHT)
    tired = replace(FITS, free=ALWAYS, busy=busy(19 * HOUR, 20 * HOUR), done_that_day=400)

    with override(language):
        assert [reason_words(reason) for reason in refusals(need, tired, HERE)] == words


def test_where_nobody_kept_which_skill_or_paper_it_is_said_as_before():
    reasons = [Reason(code, 0.0, {}) for code in ("skill_missing", "credential_missing")]

    with override("zh-hans"):
        assert [reason_words(reason) for reason in reasons] == ["缺少一项技能", "缺少一项有效证件"]
