"""The organization itself: papers, standing, members and their posts."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.actions import find_person
from kernel.workdays import local_date
from organizations import actions, queries
from organizations.states import MemberRole
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me, one


class MemberForm(Form):
    """Somebody to invite."""

    organization = forms.ChoiceField(label=gettext_lazy("Organization"))
    address = TextField(
        label=gettext_lazy("Their phone number or e-mail address"),
        help_text=gettext_lazy("The one they sign in with."),
        max_length=254,
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Post"), widget=forms.RadioSelect, choices=MemberRole.choices
    )


@login_required
def settings(request: HttpRequest) -> HttpResponse:
    """Show the viewer's organizations and posts, and invite a member."""
    user, now = me(request), timezone.now()
    bodies = {body.ref: body for body in queries.my_organizations(user, now=now)}
    posts = queries.members_for(user, now=now).filter(ends_on__isnull=True)
    form = MemberForm(request.POST or None, initial={"organization": next(iter(bodies), "")})
    form.fields["organization"].choices = [  # type: ignore[attr-defined]
        (ref, body.name) for ref, body in bodies.items()
    ]

    def act(given: dict[str, Any]) -> Any:
        person = find_person(address=given["address"], by=user, now=now)
        return actions.add_member(
            organization=bodies[given["organization"]],
            user=person,
            role=given["role"],
            by=user,
            now=now,
        )

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("Invited. The post counts once they confirm it."))
        return redirect("web:org-settings")
    return show(
        request,
        "web/organization/settings.html",
        form,
        bodies=bodies.values(),
        mine=posts.filter(user=user),
        members=posts.filter(organization__in=bodies.values()).order_by("organization", "pk"),
    )


@login_required
@require_POST
def confirm(request: HttpRequest, ref: str) -> HttpResponse:
    """Take up a post one was invited to."""
    user, now = me(request), timezone.now()
    post = one(queries.members_for(user, now=now), ref)
    actions.confirm_membership(membership=post, by=user, now=now)
    messages.success(request, _("Welcome. The post is yours."))
    return redirect("web:org-settings")


@login_required
@require_POST
def end(request: HttpRequest, ref: str) -> HttpResponse:
    """End a post today: its holder or a manager."""
    user, now = me(request), timezone.now()
    post = one(queries.members_for(user, now=now), ref)
    actions.end_membership(membership=post, ends_on=local_date(now), by=user, now=now)
    messages.success(request, _("The post ends today."))
    return redirect("web:org-settings")
