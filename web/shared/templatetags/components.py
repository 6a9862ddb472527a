"""The pieces that pages are made of; what each looks like stands in ``templates/components``."""

import secrets
from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


def _bare(content: str) -> SafeString:
    """Return what a block tag holds without the line breaks around it; it is escaped already."""
    return mark_safe(content.strip())  # noqa: S308


@register.inclusion_tag("components/back.html")
def back(name: str, *args: Any) -> dict[str, Any]:
    """Print the link one step back: ``{% back 'web:task' row.ref %}``."""
    return {"to": reverse(name, args=args)}


@register.inclusion_tag("components/deed.html", takes_context=True)
def deed(
    context: Context, words: str, name: str, *args: Any, kind: str = "", about: str = ""
) -> dict[str, Any]:
    """Print a button that does one thing: ``{% deed _("End it") 'web:person-end' grant.ref %}``.

    ``kind`` is one of govuk's buttons (``secondary``, ``warning``); ``about`` tells the button from
    its like on the page, for who hears it.
    """
    return {
        "words": words,
        "to": reverse(name, args=args),
        "kind": kind,
        "about": about,
        "request": context["request"],
    }


@register.inclusion_tag("components/form.html", takes_context=True)
def post_form(
    context: Context, button: str, *, kind: str = "", errors: bool = True
) -> dict[str, Any]:
    """Print the page's form, what is wrong with it above: ``{% post_form _("Continue") %}``.

    ``errors=False`` where the page has put the summary of errors higher up. Each time it is printed the
    form has a key of its own (``carry_out_once``).
    """
    once = secrets.token_urlsafe(12)
    return {"form": context["form"], "button": button, "kind": kind, "errors": errors, "once": once}


@register.simple_block_tag
def row(content: str, key: str, *, change: str = "") -> SafeString:
    """Print a row of a summary list: ``{% row _("When") %}…{% endrow %}``.

    ``change`` is the address at which the answer can be changed.
    """
    facts = {"key": key, "value": _bare(content), "change": change}
    return render_to_string("components/row.html", facts)


@register.simple_block_tag
def details(content: str, summary: str, *, is_open: Any = False) -> SafeString:
    """Print what is folded away until asked for: ``{% details _("Appeal") %}…{% enddetails %}``."""
    facts = {"summary": summary, "content": _bare(content), "is_open": is_open}
    return render_to_string("components/details.html", facts)


@register.simple_tag
def column(words: str) -> SafeString:
    """Print the heading of a column of a table whose rows are stacked on a phone."""
    return format_html('<th role="columnheader" scope="col">{}</th>', words)


@register.simple_block_tag
def cell(content: str, column: str) -> SafeString:
    """Print a cell, which names its column where rows are stacked: ``{% cell _("Who") %}…{% endcell %}``."""
    return format_html('<td role="cell" data-label="{}">{}</td>', column, _bare(content))


@register.inclusion_tag("components/meter.html")
def meter(value: float, most: float, full: float = 0.0) -> dict[str, Any]:
    """Print a bar of ``value`` in a frame as wide as ``most``; the numbers stand beside it in words.

    ``full`` is the widest frame of those that are compared, ``most`` unless given.
    """
    scale = 100 / (full or most or 1)
    frame, filled = round(scale * most), round(scale * min(max(value, 0), most))
    return {"frame": frame, "filled": filled, "width": frame + 2}
