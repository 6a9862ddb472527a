"""How pages look, and in which language: before sign-in too."""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts import actions
from web.shared.context import CHOICES, COOKIE, display_of
from web.shared.forms import Form, show
from web.shared.pages import viewer

YEAR = 365 * 24 * 3600


class DisplayForm(Form):
    """Theme, text size, mode."""

    theme = forms.ChoiceField(
        label=_("Colours"),
        widget=forms.RadioSelect,
        choices=[
            ("auto", _("As my device")),
            ("light", _("Light")),
            ("dark", _("Dark")),
            ("contrast", _("High contrast")),
        ],
    )
    text = forms.ChoiceField(
        label=_("Text size"),
        widget=forms.RadioSelect,
        choices=[("normal", _("Normal")), ("large", _("Large")), ("largest", _("Largest"))],
    )
    mode = forms.ChoiceField(
        label=_("How much is shown"),
        widget=forms.RadioSelect,
        choices=[("full", _("Everything")), ("simple", _("Simple: one thing at a time"))],
    )


def display(request: HttpRequest) -> HttpResponse:
    """Choose colours, text size and mode; kept in this browser, and in the account when signed in."""
    form = DisplayForm(request.POST or None, initial=display_of(request))
    if request.method == "POST" and form.is_valid():
        words = ".".join(form.cleaned_data[name] for name in CHOICES)
        if user := viewer(request):
            actions.set_profile(user=user, display=words, by=user, now=timezone.now())
        answer = redirect("web:display")
        answer.set_cookie(
            COOKIE, words, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.HUB_HTTPS
        )
        return answer
    return show(request, "web/public/display.html", form)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language and return to the page."""
    chosen, back = request.POST.get("language", ""), request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    answer = redirect(back)
    if check_for_language(chosen) and chosen in dict(settings.LANGUAGES):
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, samesite="Lax")
        if user := viewer(request):
            actions.set_profile(user=user, language=chosen, by=user, now=timezone.now())
    return answer
