"""The gallery: every component and every state as it looks in the display one has chosen."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from web.shared.forms import ClockField, DayField, Form, TextField
from web.shared.states import LOOKS


class SampleForm(Form):
    """One field of every kind; sent empty, to show the errors too."""

    text = TextField(label=_("Text"), help_text=_("A line that helps."))
    words = TextField(label=_("Words"), lines=True, required=False)
    choice = forms.ChoiceField(
        label=_("One of these"), widget=forms.RadioSelect, choices=[("a", _("Yes")), ("b", _("No"))]
    )
    many = forms.MultipleChoiceField(
        label=_("Some of these"),
        widget=forms.CheckboxSelectMultiple,
        choices=[("a", _("Morning")), ("b", _("Evening"))],
        required=False,
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[("a", _("All kinds"))], required=False)
    day = DayField(label=_("Day"), required=False)
    start = ClockField(label=_("From"), required=False)


def gallery(request: HttpRequest) -> HttpResponse:
    """Show it all on one page; it holds no data."""
    form = SampleForm({})
    form.is_valid()
    states = [(table, list(looks.items())) for table, looks in LOOKS.items()]
    return render(request, "web/public/gallery.html", {"sample": form, "states": states})
