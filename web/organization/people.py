"""The volunteers who serve with an organization."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from service_records import queries
from service_records.states import Activity
from web.organization.running import runs_one
from web.shared.forms import Form, TextField
from web.shared.pages import in_parts, me


class FilterForm(Form):
    """When they were last seen, and words."""

    activity = forms.ChoiceField(
        label=gettext_lazy("Last seen"),
        required=False,
        choices=[("", gettext_lazy("All volunteers")), *Activity.choices],
    )
    q = TextField(label=gettext_lazy("Name or number"), required=False, max_length=30)


@login_required
def people(request: HttpRequest) -> HttpResponse:
    """List who serves here, with what they did here; names as far as they are shared."""
    runs_one(request)
    form = FilterForm(request.GET or None)
    given = form.cleaned_data if form.is_valid() else {}
    found = queries.helpers_of(
        me(request),
        now=timezone.now(),
        activity=given.get("activity", ""),
        text=given.get("q", ""),
    )
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    n = page.paginator.count
    context = {
        "form": form,
        "page": page,
        "people": [(row, queries.name_shown(row)) for row in page],
        "said": ngettext("%(n)s volunteer", "%(n)s volunteers", n) % {"n": n},
    }
    return in_parts(request, "web/organization/people.html", context)
