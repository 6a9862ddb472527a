"""What a form says against what was given: a sentence of its own for every field, never Django's stock."""

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver
from django.utils import translation

from kernel.refusals import Invalid
from web.organization.projects import ShiftForm
from web.shared.forms import DayField, Form

BAD = "\u202ex"  # a direction override
GIVEN = ["", "x" * 12_000, BAD, "-1", "999999", "1.2345678901", "no such thing"]


def form_classes(parent: type[Form] = Form) -> list[type[Form]]:
    """Return every form of the pages."""
    assert get_resolver().url_patterns  # imports all pages
    found = [kind for kind in parent.__subclasses__() if kind.__module__.startswith("web.")]
    return found + [deeper for kind in found for deeper in form_classes(kind)]


def test_there_are_forms_to_look_at():
    assert len(form_classes()) > 50


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "kind", form_classes(), ids=lambda kind: f"{kind.__module__}.{kind.__name__}"
)
def test_every_error_names_its_field(kind, language):
    with translation.override(language):
        for given in GIVEN:
            for name, field in kind.base_fields.items():
                files = {}
                if isinstance(field, forms.FileField):
                    files = {name: SimpleUploadedFile("empty.pdf", b"")} if given else {}
                many = isinstance(field, forms.MultipleChoiceField)
                form = kind({name: [given] if many and given else given}, files)
                label = str(form[name].label).rstrip(" :：。.")
                for error in form.errors.get(name, []):
                    assert f"“{label}”" in error, (name, given)
                    assert "%(" not in error
                assert field.label or field.widget.is_hidden, f"{name} has no label of its own"


@pytest.mark.parametrize(
    "kind", form_classes(), ids=lambda kind: f"{kind.__module__}.{kind.__name__}"
)
def test_no_two_sentences_of_the_summary_are_equal(kind):
    errors = [error for group in kind({}).errors.values() for error in group]

    assert len(set(errors)) == len(errors)


class OneDay(Form):
    """A day."""

    day = DayField(label="Day", help_text="The first one.")


@pytest.mark.parametrize(
    "typed", ["2026-03-06", "2026/3/6", "2026.3.6", " 2026 年 3 月 6 日 ", "２０２６－０３－０６"]
)
def test_a_day_is_understood_as_people_write_it(typed):
    form = OneDay({"day": typed})

    assert form.is_valid(), form.errors
    assert str(form.cleaned_data["day"]) == "2026-03-06"


def test_a_day_says_how_it_is_written():
    with translation.override("en"):
        assert "The first one. For example 2026-03-06" in str(OneDay())
        assert OneDay({"day": "03/06/2026"}).errors["day"] == [
            "“Day”: write the day like 2026-03-06."
        ]
        assert OneDay({"day": "2026-02-30"}).errors["day"] == [
            "“Day”: write the day like 2026-03-06."
        ]


def test_a_refusal_about_the_start_of_a_shift_stands_at_its_day_and_about_the_end_at_its_end():
    given = {"day": "2026-03-06", "start": "9:00", "end": "10:00", "places": "4", "weeks": "1"}
    for name, field in (("starts_at", "day"), ("ends_at", "end"), ("elsewhere", "__all__")):
        form = ShiftForm(given)
        assert form.is_valid()
        form.refuse(Invalid("bad", "Choose another one.", field=name))
        assert form.errors == {field: ["Choose another one."]}
