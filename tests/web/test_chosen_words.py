"""One English word, two meanings: what is shown in Chinese fits where it stands."""

import pytest
from django.utils.translation import override

from accounts.states import SkillLevel
from rights.states import ComplaintKind
from service_records.states import CheckMethod, Face, Side
from web.shared.states import LOOKS, OWN, look_of


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (Face.GOOD, "满意"),
        (SkillLevel.GOOD, "熟练"),
        (ComplaintKind.HOURS, "服务时长"),
        (CheckMethod.SELF, "志愿者自己签"),
        (Side.VOLUNTEER, "由志愿者评价"),
    ],
)
def test_a_word_means_what_is_meant_here(choice, words):
    with override("zh-hans"):
        assert choice.label == words


def test_a_list_and_a_desk_are_not_spoken_to_as_whose_thing_it_is():
    with override("zh-hans"):
        for table, looks in LOOKS.items():
            for state, look in looks.items():
                words = str(look.words)
                assert not any(word in words for word in ("您", "请", "下面", "我们")), (
                    table,
                    state,
                )


def test_on_its_own_page_a_person_is_told_what_comes_next():
    for table, states in OWN.items():
        assert set(states) <= set(LOOKS[table])
    own = look_of("help_requests_helprequest", "SUBMITTED", is_own=True)
    with override("zh-hans"):
        assert own.words == "已收到，街镇正在看"
    assert own.icon == look_of("help_requests_helprequest", "SUBMITTED").icon
    assert look_of("matching_offer", "ACCEPTED", is_own=True) == look_of(
        "matching_offer", "ACCEPTED"
    )
