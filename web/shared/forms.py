"""Forms of the pages: plain shapes, in govuk's markup, whose errors stand at their fields."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.refusals import Refusal
from kernel.text import normalise
from kernel.workdays import at_local


class TextField(forms.CharField):
    """Text as people type it, normalised; controls and direction overrides are refused."""

    def __init__(self, *, lines: bool = False, **options: Any) -> None:
        self.lines = lines
        if lines:
            options.setdefault("widget", forms.Textarea(attrs={"rows": 4}))
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        """Return the normalised text."""
        text = super().to_python(value) or ""
        try:
            return normalise(text, lines=self.lines)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from None


class ClockField(TextField):
    """A time of day, typed as ``9:30``; cleaned to minutes from midnight."""

    default_error_messages = {"bad_time": _("Write the time like 9:30.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "numeric"}), **options)

    def clean(self, value: Any) -> int:
        """Return the minutes."""
        text = super().clean(value).replace(".", ":")
        hour, _colon, minute = text.partition(":")
        minute = minute or "0"
        if not (hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
            raise forms.ValidationError(self.error_messages["bad_time"], code="bad_time")
        return int(hour) * 60 + int(minute)


class DayField(forms.DateField):
    """A civil day, chosen or typed as 2026-03-06."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(**{"widget": widget, **options})


class Form(forms.Form):
    """The base: our own error words (``novalidate``), stable ids, refusals at their fields."""

    use_required_attribute = False
    template_name = "django/forms/govuk.html"
    error_css_class = "govuk-form-group--error"

    def refuse(self, refusal: Refusal) -> None:
        """Put a refusal at its field, or above the form when it has none here."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, forms.ValidationError(refusal.message, code=refusal.code))


def keep(form: Form, *names: str) -> None:
    """Let the form ask only for these fields: simple mode has one question a page."""
    form.fields = {name: field for name, field in form.fields.items() if name in names}


def instant(day: date, minutes: int) -> datetime:
    """Return the instant of a local time of day."""
    return at_local(day, minutes)


def carry_out(form: Form, act: Callable[[dict[str, Any]], Any]) -> Any:
    """Make the one call with what was typed; a refusal goes back into the form, and None is returned."""
    if not form.is_valid():
        return None
    try:
        return act(form.cleaned_data)
    except Refusal as refusal:
        form.refuse(refusal)
        return None


def show(request: HttpRequest, template: str, form: Form, **context: Any) -> HttpResponse:
    """Return the page of a form; refused it comes back as itself, with what was typed, as 422."""
    status = 422 if form.is_bound and form.errors else 200
    return render(
        request, template, {"form": form, "now": timezone.now(), **context}, status=status
    )
