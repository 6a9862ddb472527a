"""The house itself: what import-linter cannot see."""

import ast
import tomllib
from pathlib import Path

import pytest
from django.apps import apps

from kernel.guards import machines
from kernel.states import Machine
from ops import states
from web.shared.states import look_of

ROOT = Path(__file__).parents[2]
CONTRACT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
FLOORS = next(c for c in CONTRACT["contracts"] if c["id"] == "floors")["layers"]
FLOOR = {
    room.strip(): len(FLOORS) - height
    for height, row in enumerate(FLOORS)
    for room in row.split("|")
}
MODELS = [model for model in apps.get_models() if model._meta.app_label in FLOOR]
RELATIONS = [
    (model, field)
    for model in MODELS
    for field in model._meta.get_fields()
    if field.is_relation and not field.auto_created and field.related_model in MODELS
]


@pytest.mark.parametrize(
    ("model", "field"), RELATIONS, ids=lambda x: getattr(x, "__name__", str(x))
)
def test_a_foreign_key_points_to_the_same_room_or_a_lower_floor(model, field):
    here, there = model._meta.app_label, field.related_model._meta.app_label
    assert here == there or FLOOR[there] < FLOOR[here], f"{field} looks up the stairs"


@pytest.mark.parametrize(
    ("model", "field"), RELATIONS, ids=lambda x: getattr(x, "__name__", str(x))
)
def test_a_foreign_key_to_another_room_leaves_no_way_back(model, field):
    if model._meta.app_label != field.related_model._meta.app_label:
        assert field.remote_field.related_name == "+"


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_a_model_with_a_state_has_a_machine_and_a_database_check(model):
    if "state" not in {f.name for f in model._meta.fields}:
        return
    assert isinstance(model.machine, Machine)
    checks = {c.name for c in model._meta.constraints}
    assert f"{model._meta.model_name}_state_is_known" in checks


def python_files(*rooms):
    return [
        path
        for room in rooms
        for path in sorted((ROOT / room).rglob("*.py"))
        if "migrations" not in path.parts
    ]


@pytest.mark.parametrize("path", python_files("web", "api"), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_face_reads_through_queries_and_writes_through_actions(path):
    banned = {"objects", "save", "delete", "bulk_create", "bulk_update", "update_or_create"}
    used = {n.attr for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Attribute)}
    assert used & banned == set()


def writes_state(node):
    if isinstance(node, ast.Assign):
        return any(isinstance(t, ast.Attribute) and t.attr == "state" for t in node.targets)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr == "update" and any(k.arg == "state" for k in node.keywords)
    return False


@pytest.mark.parametrize(
    "path",
    python_files(*[r for r in FLOOR if r != "volunteer_hub"]),
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_only_kernel_transitions_writes_a_state(path):
    if path.name == "transitions.py":
        return
    assert not any(writes_state(n) for n in ast.walk(ast.parse(path.read_text())))


@pytest.mark.parametrize("path", python_files(*FLOOR), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_fits_on_a_few_screens(path):
    assert len(path.read_text().splitlines()) <= 400


TEMPLATES = sorted(p for p in (ROOT / "templates").rglob("*") if p.suffix in {".html", ".txt"})


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_template_fits_on_a_few_screens_and_its_lines_on_one(path):
    lines = path.read_text().splitlines()

    assert len(lines) <= 200
    assert [line for line in lines if len(line) > 140] == []


@pytest.mark.parametrize(
    ("component", "mark"),
    [
        ("components/back.html", "One step back"),
        ("components/details.html", "govuk-details__summary"),
        ("components/row.html", "govuk-summary-list__row"),
        ("components/state.html", "look.tone"),
        ("web/shared/templatetags", 'role="columnheader"'),
    ],
)
def test_what_has_a_component_is_written_out_nowhere_else(component, mark):
    written = {
        str(path.relative_to(ROOT / "templates")) for path in TEMPLATES if mark in path.read_text()
    }

    assert written - {component} == set()


@pytest.mark.parametrize(
    "path", sorted((ROOT / "templates" / "components").iterdir()), ids=lambda p: p.name
)
def test_a_component_is_used(path):
    tags = (ROOT / "web" / "shared" / "templatetags").glob("*.py")
    users = [other.read_text() for other in [*TEMPLATES, *tags] if other != path]

    assert any(f"components/{path.name}" in text for text in users)


def test_the_kernel_holds_few_ideas():
    modules = [p for p in python_files("kernel") if p.parent.name == "kernel"]

    assert len(modules) - 2 <= 22  # without __init__ and apps


def test_every_state_has_words_icon_and_tone():
    icons = (ROOT / "static" / "img" / "icons.svg").read_text()
    for table, machine in machines().items():
        for state in machine.states:
            look = look_of(table, state)
            assert str(look.words), (table, state)
            assert f'id="i-{look.icon}"' in icons, look.icon
            assert look.tone in {"neutral", "info", "wait", "go", "ok", "stop", "hold"}


def test_every_tile_of_the_catalogue_has_a_picture():
    icons = (ROOT / "static" / "img" / "icons.svg").read_text()
    rows = (ROOT / "help_requests" / "data" / "service_types.csv").read_text().splitlines()[1:]

    assert {
        row.split(",")[2] for row in rows if f'id="p-{row.split(",")[2]}"' not in icons
    } == set()


def test_the_diagrams_of_states_are_those_of_the_machines():
    assert states.TARGET.read_text() == states.drawn()
