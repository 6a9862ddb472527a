"""The file that docs/matching.md shows is one that can be tried."""

import json
import re
from pathlib import Path

import pytest

from matching.engine.__main__ import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "matching.md"


@pytest.mark.parametrize(
    ("command", "more", "found"),
    [
        ("rank", ["--need", "n1"], "candidates"),
        ("explain", ["--need", "n1", "--volunteer", "v1"], "can_go"),
        ("assign", [], "assignments"),
        ("simulate", [], "policy"),
    ],
)
def test_the_example_is_answered(command, more, found, tmp_path, capsys):
    [example] = re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    file = tmp_path / "example.json"
    file.write_text(example)

    assert main([command, str(file), *more]) == 0

    assert json.loads(capsys.readouterr().out)[found]
