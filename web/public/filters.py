"""What a public list is filtered by."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regions.queries import districts
from web.shared.forms import Form
from web.shared.places import offer_places


class ByDistrict(Form):
    """Where; each list adds what else it is filtered by."""

    district = forms.ChoiceField(label=gettext_lazy("District"), required=False)


def asked(form: ByDistrict) -> dict[str, Any]:
    """Return what was filtered by, the district as its row; an unknown value filters nothing."""
    here = offer_places(form, districts(), field="district", empty=_("The whole city"), name=str)
    given = dict(form.cleaned_data) if form.is_valid() else {}
    given["district"] = here.get(given.get("district") or "")
    return given
