"""What I need, said once: how to speak, how to knock, what to know; each with who sees it and when."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import actions, queries
from accounts.models import ResidentProfile
from accounts.states import TEXT_VERSION, Need, Purpose
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me, one

# "Write, do not call" is a question of its own, ``no_voice``, which every desk sees at once.
NEEDS = [choice for choice in Need.choices if choice[0] != Need.TEXT_ONLY]


class NeedsForm(Form):
    """All that somebody who helps should know."""

    needs = forms.MultipleChoiceField(
        label=gettext_lazy("What we should know"),
        help_text=gettext_lazy("Only the volunteer who accepted sees this, from then on."),
        choices=NEEDS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    no_voice = forms.BooleanField(label=gettext_lazy("Write to me, do not call"), required=False)
    address = TextField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("Only who comes sees it, two hours before."),
        max_length=200,
        required=False,
    )
    practical = TextField(
        label=gettext_lazy("At the door and at home"),
        help_text=gettext_lazy("How to knock, the lift, steps, a dog. Seen with the address."),
        lines=True,
        max_length=500,
        required=False,
    )
    contact_name = TextField(
        label=gettext_lazy("Emergency contact: name"), max_length=30, required=False
    )
    contact_phone = TextField(
        label=gettext_lazy("Emergency contact: phone"),
        help_text=gettext_lazy("Used by the street when something happens, by nobody else."),
        max_length=20,
        required=False,
    )
    health_notes = TextField(
        label=gettext_lazy("Health notes"),
        help_text=gettext_lazy("Seen by the street, and by nobody without your consent below."),
        lines=True,
        max_length=1000,
        required=False,
    )
    health = forms.BooleanField(
        label=gettext_lazy("I allow that my health notes are kept and used for my help"),
        required=False,
    )


def chosen(request: HttpRequest) -> ResidentProfile:
    """Return the resident that the page is about: the one asked for, else one's own, else the first."""
    mine = queries.my_residents(me(request), now=timezone.now())
    if ref := request.GET.get("resident", ""):
        return one(mine, ref)  # type: ignore[no-any-return]
    row = mine.filter(user=me(request)).first() or mine.first()
    if row is None:
        raise Http404
    return row


@login_required
def needs(request: HttpRequest) -> HttpResponse:
    """Show and change what is known."""
    user, now = me(request), timezone.now()
    if not queries.my_residents(user, now=now).exists():
        return redirect("web:resident-register")
    row = chosen(request)
    contact, told = queries.facts(row.emergency_contact), queries.listed(row.needs)
    initial = {
        "needs": told,
        "no_voice": row.no_voice or Need.TEXT_ONLY in told,
        "address": row.address or "",
        "practical": row.practical or "",
        "contact_name": contact.get("name", ""),
        "contact_phone": contact.get("phone", ""),
        "health_notes": row.health_notes or "",
        "health": queries.has_consent(row, Purpose.HEALTH),
    }
    form = NeedsForm(request.POST or None, initial=initial)
    sees_health = queries.acting(user, row, deed="see_health", now=now) is not None
    if not sees_health:  # a proxy who may not read them does not write them either
        del form.fields["health_notes"], form.fields["health"]

    def act(given: dict[str, Any]) -> Any:
        name, phone = given.pop("contact_name"), given.pop("contact_phone")
        given["emergency_contact"] = {"name": name, "phone": phone} if name or phone else {}
        if not sees_health:
            return actions.change_resident(resident=row, by=user, now=now, **given)
        version = TEXT_VERSION if given.pop("health") else None
        return actions.write_needs(resident=row, health=version, by=user, now=now, **given)

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("Saved. You need not say it again."))
        return redirect(f"{reverse('web:needs')}?resident={row.ref}")
    others = queries.my_residents(user, now=now).exclude(pk=row.pk)
    is_own = row.user_id == user.pk
    title = _("What I need") if is_own else _("What %(name)s needs") % {"name": row.name}
    return show(request, "web/resident/needs.html", form, row=row, others=others, title=title)
