"""What would find more people, in words, the most first."""

from django.utils.translation import override

from web.console.otherwise import others


def test_each_thing_has_its_sentence_and_the_most_come_first():
    found = {
        "radius": [[2, 14]],
        "hour": [[-1, 3], [1, 4]],
        "skill": [["LAW", 0, 200], ["LAW", 1, 5]],
        "gender": 6,
        "category": 7,
    }

    with override("en"):
        told = [(line.words, line.said) for line in others(found)]

    assert told == [
        ("without “law”", "200 or more"),
        ("2 km farther than they chose", "about 14"),
        ("people who did not choose this kind of help", "about 7"),
        ("without the wish for a woman or a man", "about 6"),
        ("if “law” at the level “some experience” is enough", "about 5"),
        ("1 hour later", "about 4"),
        ("1 hour earlier", "about 3"),
    ]


def test_nothing_found_is_no_line():
    assert others({}) == []
