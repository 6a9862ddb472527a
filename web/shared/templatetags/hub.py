"""How states, times, hours and distances are written, everywhere alike."""

from datetime import date, datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from help_requests.models import HelpRequest
from help_requests.queries import shown_state
from kernel import references
from kernel.text import enumerated, mask_name
from kernel.workdays import local_date, working_days_until
from web.shared.states import look_of

register = template.Library()
register.filter("mask_name", mask_name)
register.filter("enumerated", enumerated)
COLON = pgettext_lazy("after a name", ": ")


@register.inclusion_tag("components/state.html")
def state(row: Any, is_own: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 (a tag)
    """Print the state of ``row``: words, icon, tone; a request's as its resident sees it.

    ``is_own``: on its own page, where it is said to whose thing it is.
    """
    table, value = row._meta.db_table, row.state
    if isinstance(row, HelpRequest):
        table, value = shown_state(row)
    return {"look": look_of(table, value, is_own=is_own)}


@register.simple_tag
def icon(name: str, css: str = "vh-icon") -> SafeString:
    """Print an icon of the sprite; it is hidden from screen readers, since words stand beside it."""
    address = f"{static('img/icons.svg')}#{name}"
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>',
        css,
        address,
    )


@register.filter
def spoken(number: str) -> str:
    """Return a number in groups, with blanks that do not break: it stays on one line."""
    return references.spoken(number).replace(" ", "\xa0")


@register.simple_tag
def comma() -> str:
    """Print what stands between two facts on one line; nobody's list is Chinese in English."""
    return pgettext("between two facts", ", ")


@register.simple_tag
def colon() -> str:
    """Print what stands between a name and what it names."""
    return str(COLON)


@register.simple_tag
def listed(*facts: Any) -> str:
    """Print facts on one line: ``{% listed row.name row.number|spoken %}``."""
    return comma().join(str(fact) for fact in facts)


@register.filter
def purpose(opening: Any) -> str:
    """Return what an opening is for: the kind of help, or the project."""
    name = opening.visit.request.service_type.name if opening.visit else opening.shift.project.title
    return str(name)


@register.filter
def hours(minutes: int) -> str:
    """Return minutes as hours with two decimals: ``2.02 小时`` / ``2.02 h``."""
    return _("%(n)s h") % {"n": f"{minutes / 60:,.2f}"}


@register.filter
def long_time(minutes: int) -> str:
    """Return ``2 小时 30 分`` / ``2 h 30 min``."""
    whole, rest = divmod(minutes, 60)
    parts = [_("%(n)d h") % {"n": whole}] if whole else []
    if rest or not whole:
        parts.append(_("%(n)d min") % {"n": rest})
    return " ".join(parts)


@register.filter
def lasting(since: datetime, until: datetime) -> str:
    """Return how long it is from one moment to the other, roughly: ``3 天``, ``5 小时``, ``20 分钟``."""
    minutes = max(int((until - since).total_seconds() // 60), 0)
    if minutes < 120:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if minutes < 2880:
        return ngettext("%(n)d hour", "%(n)d hours", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)d day", "%(n)d days", minutes // 1440) % {"n": minutes // 1440}


WEEKDAYS_ZH = "一二三四五六日"


@register.filter
def day(value: Any) -> str:
    """Return ``11月25日 周三`` / ``Wed 25 November``; of another year than this one with its year."""
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    is_this_year = local.year == local_date(timezone.now()).year
    if (get_language() or "").startswith("en"):
        return f"{local:%a} {local.day} {local:%B}{'' if is_this_year else f' {local.year}'}"
    year = "" if is_this_year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 周{WEEKDAYS_ZH[local.weekday()]}"


@register.filter
def clock(value: datetime) -> str:
    """Return the local time of day."""
    return f"{timezone.localtime(value):%H:%M}"


@register.simple_tag
def when(starts_at: datetime, ends_at: datetime | None = None) -> SafeString:
    """Print day and time as people say it, with the machine's form beside it."""
    words = f"{day(starts_at)} {clock(starts_at)}"
    if ends_at:
        words += f" – {clock(ends_at)}"
    return format_html(
        '<time datetime="{}">{}</time>', timezone.localtime(starts_at).isoformat(), words
    )


@register.simple_tag
def due(value: Any, now: datetime | None = None) -> SafeString:
    """Print how long is left until ``value``, in words, with the moment itself."""
    now = now or timezone.now()
    if not isinstance(value, datetime):
        days = (value - timezone.localtime(now).date()).days
        moment, left = day(value), days * 1440
    else:
        moment = f"{day(value)} {clock(value)}"
        left = int((value - now).total_seconds() // 60)
    if left < 0:
        words = _("overdue since %(moment)s") % {"moment": moment}
    elif left < 120:
        words = _("%(n)d minutes left (until %(moment)s)") % {"n": left, "moment": moment}
    elif left < 2880:
        words = _("%(n)d hours left (until %(moment)s)") % {"n": left // 60, "moment": moment}
    else:
        words = ngettext(
            "%(n)d day left (until %(moment)s)", "%(n)d days left (until %(moment)s)", left // 1440
        ) % {"n": left // 1440, "moment": moment}
    return format_html('<span class="{}">{}</span>', "vh-overdue" if left < 0 else "vh-due", words)


@register.simple_tag
def due_on(last: date) -> SafeString:
    """Print how many working days are left up to the day ``last``, in words, with the day itself."""
    today, moment = local_date(timezone.now()), day(last)
    left = working_days_until(today, last)
    if today > last:
        words = _("overdue since %(moment)s") % {"moment": moment}
    elif today == last:
        words = _("today is the last day")
    else:
        words = ngettext(
            "%(n)d working day left (until %(moment)s)",
            "%(n)d working days left (until %(moment)s)",
            left,
        ) % {"n": left, "moment": moment}
    css = "vh-overdue" if today >= last else "vh-due"
    return format_html(
        '<span class="{}"><time datetime="{}">{}</time></span>', css, last.isoformat(), words
    )


@register.filter
def distance(metres: int | None) -> str:
    """Return ``1.2 公里``."""
    return "" if metres is None else _("%(km).1f km") % {"km": metres / 1000}


@register.filter
def spaced(code: str) -> str:
    """Return digits one by one, as a screen reader should say them."""
    return " ".join(code)


@register.filter
def grouped(code: str) -> SafeString:
    """Print a code in groups of three: the gap is drawn, so that what is copied has no blank in it."""
    parts = [code[at : at + 3] for at in range(0, len(code), 3)]
    return format_html_join("", "<span>{}</span>", ((part,) for part in parts))
