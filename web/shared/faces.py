"""How it was: a plain question with faces, asked of either side on a page of its own."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching.models import Assignment
from service_records import actions
from service_records.states import Face, Side
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me
from web.shared.templatetags.hub import icon

QUESTIONS = {
    Side.RESIDENT: gettext_lazy("How was it?"),
    Side.VOLUNTEER: gettext_lazy("How was it for you?"),
}


DRAWN = {Face.GOOD: "f-good", Face.FAIR: "f-fair", Face.BAD: "f-bad"}
SCORES = [(n, str(n)) for n in range(1, 6)]


def score(label: Any, *, required: bool = True) -> forms.TypedChoiceField:
    """Return a field for one of the three scores of a volunteer, from 1 to 5."""
    return forms.TypedChoiceField(
        label=label,
        widget=forms.RadioSelect,
        choices=SCORES,
        coerce=int,
        empty_value=None,
        required=required,
    )


def _faces() -> list[tuple[str, str]]:
    """Return the faces as they are drawn, their words beside them."""
    return [
        (face.value, format_html("{} {}", icon(drawn, "vh-face"), face.label))
        for face, drawn in DRAWN.items()
    ]


class FaceForm(Form):
    """A face, and a sentence where there is one to say."""

    face = forms.ChoiceField(
        label=QUESTIONS[Side.VOLUNTEER], widget=forms.RadioSelect, choices=_faces
    )
    words = TextField(
        label=gettext_lazy("Anything to add"), lines=True, max_length=500, required=False
    )


class ResidentForm(FaceForm):
    """The same of the resident's side, and three scores for who wants to say more."""

    punctuality = score(gettext_lazy("Punctuality"), required=False)
    attitude = score(gettext_lazy("Attitude"), required=False)
    skill = score(gettext_lazy("Skill"), required=False)


def evaluate(
    request: HttpRequest, task: Assignment, side: Side, *, before: str, ref: str
) -> HttpResponse:
    """Ask ``side`` how the service was; then, or on the way back, lead to the page ``before`` of ``ref``."""
    form = (ResidentForm if side == Side.RESIDENT else FaceForm)(request.POST or None)
    form.fields["face"].label = QUESTIONS[side]

    def act(given: dict[str, Any]) -> Any:
        return actions.evaluate(
            assignment=task, side=side, by=me(request), now=timezone.now(), **given
        )

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("Thank you for saying so."))
        return redirect(before, ref=ref)
    return show(request, "web/shared/evaluate.html", form, before=before, ref=ref)
