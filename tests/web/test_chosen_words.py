"""One English word, two meanings: what is shown in Chinese fits where it stands."""

import pytest
from django.utils.translation import override

from accounts.states import SkillLevel
from rights.states import ComplaintKind
from service_records.states import CheckMethod, Face, Side


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
