"""Who would be added if one thing of a need were otherwise, as a dispatcher asks for it and reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import User
from matching import queries
from matching.models import Opening
from matching.queries.widened import LOOKED_AT, Widened
from web.console.otherwise import in_words
from web.shared.forms import Form
from web.shared.places import NOT_CHOSEN

# What a dispatcher can do with people who could go then.
NEXT: dict[str, Promise] = {
    "radius": gettext_lazy(
        "They chose to go less far: nobody asks them, and no button does. Whoever knows them may talk with"
        " them; only they can change how far they go."
    ),
    "hour": gettext_lazy(
        "They have time then, by their own calendar and what they agreed to. They can be asked once the"
        " resident wants that time and the request says so."
    ),
    "skill": gettext_lazy("They can be asked only once less is needed and the request says so."),
    "gender": gettext_lazy(
        "They can be asked only once the resident takes the wish back and the request says so."
    ),
    "category": gettext_lazy(
        "By every rule they can go; they only did not choose this kind of help. They may be asked by hand."
    ),
}


class OtherwiseForm(Form):
    """What would be otherwise, of all that can be looked at for a need."""

    otherwise = forms.ChoiceField(label=gettext_lazy("What if"))


def what_if(data: Mapping[str, Any] | None, opening: Opening, *, now: datetime) -> OtherwiseForm:
    """Return the form with all that can be looked at for ``opening``."""
    form = OtherwiseForm(data)
    field = form.fields["otherwise"]
    assert isinstance(field, forms.ChoiceField)
    possible = queries.changes(opening, now=now)
    field.choices = [
        NOT_CHOSEN,
        *((change.key, in_words(change.what, change.said)) for change in possible),
    ]
    return form


@dataclass(frozen=True, slots=True)
class Answer:
    """Who would be added, by what in words, and of how many who were looked at at most."""

    what: str
    words: str
    found: Widened
    looked_at: int = LOOKED_AT

    @property
    def following(self) -> Promise:
        """Return what a dispatcher can do with them."""
        return NEXT[self.what]

    @property
    def unlisted(self) -> int:
        """Return how many are the viewer's to know and further down than the list is long."""
        return self.found.people - self.found.elsewhere - len(self.found.listed)


def added_by(
    form: OtherwiseForm, opening: Opening, viewer: User, *, now: datetime
) -> Answer | None:
    """Return who would be added by what was chosen; None when nothing was, or nothing that can be."""
    if not form.is_valid():
        return None
    change = queries.change_of(opening, form.cleaned_data["otherwise"], now=now)
    found = queries.widened(opening, change, viewer=viewer, now=now)
    return Answer(change.what, in_words(change.what, change.said), found)
