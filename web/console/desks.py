"""Posts: who does what, where, from when to when; given below one's own level and inside one's own area."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import actions, queries
from accounts.roles import Permission
from kernel.workdays import local_date
from web.shared.forms import DayField, Form, TextField, carry_out, show
from web.shared.pages import me, one
from web.shared.places import offer_places
from web.shared.posts import area


class DeskForm(Form):
    """A post for somebody who signs in already."""

    address = TextField(
        label=gettext_lazy("Their phone number or e-mail address"),
        help_text=gettext_lazy("The one they sign in with."),
        max_length=254,
    )
    role = forms.ChoiceField(label=gettext_lazy("Post"), widget=forms.RadioSelect)
    region = forms.ChoiceField(label=gettext_lazy("Where"))
    starts_on = DayField(label=gettext_lazy("From"))
    ends_on = DayField(label=gettext_lazy("To"), required=False)


@login_required
def desks(request: HttpRequest) -> HttpResponse:
    """List the posts of the viewer's area, and give one."""
    user, now = me(request), timezone.now()
    area(request, Permission.GRANT_DESKS)
    roles, regions = queries.posts_to_grant(user, now=now)
    form = DeskForm(request.POST or None, initial={"starts_on": local_date(now)})
    form.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]
    places = offer_places(form, regions)

    def act(given: dict[str, Any]) -> Any:
        given["user"] = actions.find_person(address=given.pop("address"), by=user, now=now)
        given["region"] = places[given["region"]]
        return actions.grant_desk(by=user, now=now, **given)

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("The post is given."))
        return redirect("web:desks")
    page = Paginator(queries.desks_for(user, now=now), 25).get_page(request.GET.get("page"))
    below = {region.pk for region in regions}
    to_end = [desk.pk for desk in page if desk.region_id in below and desk.user_id != user.pk]
    return show(
        request, "web/console/desks.html", form, page=page, today=local_date(now), to_end=to_end
    )


@login_required
@require_POST
def end(request: HttpRequest, ref: str) -> HttpResponse:
    """End a post today; its holder's sessions and tokens end at once."""
    user, now = me(request), timezone.now()
    desk = one(queries.desks_for(user, now=now), ref)
    actions.end_desk(desk=desk, ends_on=local_date(now), by=user, now=now)
    messages.success(request, _("The post ends today."))
    return redirect("web:desks")
