"""Forms of the pages: plain shapes, in govuk's markup, whose errors stand at their fields."""

import hashlib
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kernel import idempotency
from kernel.refusals import Refusal
from kernel.text import normalise, plain
from kernel.workdays import at_local

ONCE = "once"  # the name of the field that carries a form's key


class TextField(forms.CharField):
    """Text as people type it; controls and direction overrides are refused.

    ``is_conditional``: another answer decides whether it is needed, so it is not called optional.
    """

    def __init__(
        self, *, lines: bool = False, is_conditional: bool = False, **options: Any
    ) -> None:
        self.lines = lines
        self.is_conditional = is_conditional
        if lines:
            options.setdefault("widget", forms.Textarea(attrs={"rows": 4}))
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        """Return the normalised text."""
        text = super().to_python(value) or ""
        try:
            return normalise(text, lines=self.lines)
        except Refusal as refusal:
            words = self.error_messages.get(refusal.code, refusal.message)
            raise forms.ValidationError(words, code=refusal.code) from None


class ClockField(TextField):
    """A time of day, typed as ``9:30``; cleaned to minutes from midnight."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "numeric"}), **options)

    def clean(self, value: Any) -> int:
        """Return the minutes."""
        text = plain(super().clean(value)).replace(".", ":").replace("：", ":")
        hour, _colon, minute = text.partition(":")
        minute = minute or "0"
        if not (hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
            raise forms.ValidationError(self.error_messages["bad_time"], code="bad_time")
        return int(hour) * 60 + int(minute)


class DayField(forms.DateField):
    """A civil day, typed as 2026-03-06 or in another way of writing it with the year first.

    Not the browser's own date field: that one speaks the browser's language and order, not ours.
    """

    def __init__(self, *, help_text: Any = "", **options: Any) -> None:
        example = _("For example 2026-03-06")
        super().__init__(
            widget=forms.DateInput(attrs={"size": 12}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"],
            help_text=format_lazy("{} {}", help_text, example) if help_text else example,
            **options,
        )

    def to_python(self, value: Any) -> date | None:
        """Return the day; full-width digits and blanks between are as good as plain ones."""
        if isinstance(value, str):
            value = "".join(unicodedata.normalize("NFKC", value).split())
        return super().to_python(value)


# What is wrong with a field, in a sentence that names it: the error summary is read without the form.
# ``%(field)s`` is the label; what else stands there comes from Django's validators.
_EMPTY: list[tuple[type[forms.Field], Promise]] = [
    (forms.BooleanField, _("Please tick “%(field)s”.")),
    (forms.ChoiceField, _("Please choose “%(field)s”.")),
    (forms.FileField, _("Please add a file: “%(field)s”.")),
    (forms.Field, _("Please fill in “%(field)s”.")),
]
_NOT_UNDERSTOOD: list[tuple[type[forms.Field], Promise]] = [
    (forms.DateField, _("“%(field)s”: write the day like 2026-03-06.")),
    (forms.DecimalField, _("“%(field)s”: write a number.")),
    (forms.IntegerField, _("“%(field)s”: write a whole number.")),
    (forms.Field, _("“%(field)s” cannot be used like this; please check it.")),
]
_UNKNOWN_CHOICE = _("“%(field)s”: choose from what is offered.")
_TOO_MANY_DIGITS = _("“%(field)s”: write a number with fewer digits.")
_NO_FILE = _("“%(field)s”: this file cannot be read. Please choose it again.")
_BAD_CHARACTERS = _("“%(field)s” contains characters that cannot be used.")
_WRONG: dict[str, Promise] = {
    "max_length": _(
        "“%(field)s” has %(show_value)d characters; at most %(limit_value)d are possible."
    ),
    "min_length": _("“%(field)s” needs at least %(limit_value)d characters."),
    "max_value": _("“%(field)s” can be %(limit_value)s at most."),
    "min_value": _("“%(field)s” has to be at least %(limit_value)s."),
    "bad_time": _("“%(field)s”: write the time like 9:30."),
    "bad_characters": _BAD_CHARACTERS,
    "null_characters_not_allowed": _BAD_CHARACTERS,
    "invalid_choice": _UNKNOWN_CHOICE,
    "invalid_list": _UNKNOWN_CHOICE,
    "max_digits": _TOO_MANY_DIGITS,
    "max_decimal_places": _TOO_MANY_DIGITS,
    "max_whole_digits": _TOO_MANY_DIGITS,
    "missing": _NO_FILE,
    "empty": _NO_FILE,
}


def _sentences(field: forms.Field, label: str) -> dict[str, str]:
    """Return what can be said against what was given for ``field``, by code."""

    def of(table: list[tuple[type[forms.Field], Promise]]) -> Promise:
        return next(words for kind, words in table if isinstance(field, kind))

    words = {**_WRONG, "required": of(_EMPTY), "invalid": of(_NOT_UNDERSTOOD)}
    name = label.rstrip(" :：。.").replace("%", "%%")
    return {code: str(text).replace("%(field)s", name) for code, text in words.items()}


class Form(forms.Form):
    """The base: our own error words (``novalidate``), stable ids, refusals at their fields."""

    use_required_attribute = False
    template_name = "django/forms/govuk.html"
    error_css_class = "govuk-form-group--error"
    stands_at: ClassVar[
        dict[str, str]
    ] = {}  # the action's name of a value → the field that asks it

    def full_clean(self) -> None:
        """Check what was given; every error is a sentence of its own that names its field."""
        for name, field in self.fields.items():
            field.error_messages.update(_sentences(field, str(self[name].label)))
        super().full_clean()

    def refuse(self, refusal: Refusal) -> None:
        """Put a refusal at its field, or above the form when it has none here."""
        name = self.stands_at.get(refusal.field, refusal.field)
        field = name if name in self.fields else None
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


def carry_out_once(
    request: HttpRequest, form: Form, act: Callable[[dict[str, Any]], Mapping[str, str]]
) -> Any:
    """Make the one call as ``carry_out`` does, once for each page that the form was shown on.

    The form carries a key (``components/form.html``): the same words sent twice, by two presses of the
    button or a page loaded again, make one thing, and both answers lead to it. Other words are another
    thing, and so are other files. ``act`` returns references only; they are kept for a day.
    """
    if not request.POST.get(ONCE):
        return carry_out(form, act)
    sent = request.POST.copy()
    sent.pop("csrfmiddlewaretoken", None)
    for name in request.FILES:
        for file in request.FILES.getlist(name):
            sent.appendlist(name, hashlib.sha256(file.read()).hexdigest())
            file.seek(0)
    said = idempotency.request_hash("POST", request.path, sent.urlencode().encode())
    user, now = request.user, timezone.now()
    by = user if user.is_authenticated else None
    return carry_out(
        form, lambda given: idempotency.once(said, by, said, now=now, act=lambda: act(given))
    )


def show(request: HttpRequest, template: str, form: Form, **context: Any) -> HttpResponse:
    """Return the page of a form; refused it comes back as itself, with what was typed, as 422."""
    status = 422 if form.is_bound and form.errors else 200
    return render(
        request, template, {"form": form, "now": timezone.now(), **context}, status=status
    )
