"""What I can prove: papers with their state and expiry, a new one, and taking one back."""

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

from accounts import actions, queries
from accounts.states import CredentialKind
from web.shared.forms import DayField, Form, TextField, carry_out_once, show
from web.shared.pages import me, one


class CredentialForm(Form):
    """A paper, and a picture of it."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What it is"),
        widget=forms.RadioSelect,
        choices=CredentialKind.choices,
    )
    number = TextField(label=gettext_lazy("Number on the paper"), max_length=60)
    issuer = TextField(label=gettext_lazy("Issued by"), max_length=80)
    issued_on = DayField(label=gettext_lazy("Issued on"))
    valid_until = DayField(label=gettext_lazy("Valid until"), required=False)
    file = forms.FileField(
        label=gettext_lazy("Picture or PDF of it"),
        help_text=gettext_lazy("JPEG, PNG or PDF, up to 5 MB. Only you and who checks it see it."),
        required=False,
        allow_empty_file=True,
    )


@login_required
def credentials(request: HttpRequest) -> HttpResponse:
    """List the papers, and hand in another one."""
    user, now = me(request), timezone.now()
    profile = queries.volunteers_for(user, now=now).filter(user=user).first()
    if profile is None:
        return redirect("web:volunteer-register")
    form = CredentialForm(request.POST or None, request.FILES or None)

    def act(given: dict[str, Any]) -> dict[str, str]:
        upload = given.pop("file")
        content = upload.read() if upload is not None else None
        paper = actions.submit_credential(
            volunteer=profile, file=content, by=user, now=now, **given
        )
        return {"ref": paper.ref}

    if request.method == "POST" and carry_out_once(request, form, act):
        messages.success(request, _("Handed in. Your street checks it and tells you."))
        return redirect("web:credentials")
    papers = queries.credentials_for(user, now=now).filter(volunteer=profile).order_by("-pk")
    return show(request, "web/volunteer/credentials.html", form, papers=papers)


@login_required
@require_POST
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a paper back."""
    user, now = me(request), timezone.now()
    paper = one(queries.credentials_for(user, now=now), ref)
    actions.withdraw_credential(credential=paper, by=user, now=now)
    messages.success(request, _("Taken back."))
    return redirect("web:credentials")


@login_required
def file(request: HttpRequest, ref: str) -> HttpResponse:
    """Send the picture or PDF to its owner, or to who checks it; that staff looked is written down."""
    user, now = me(request), timezone.now()
    paper = one(queries.credentials_for(user, now=now), ref)
    content, media_type = actions.open_credential_file(credential=paper, by=user, now=now)
    headers = {"Content-Disposition": "inline", "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=media_type, headers=headers)
