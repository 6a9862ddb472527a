"""The tags that print components: what a template puts into them is escaped once, and once only."""

from datetime import date

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from web.shared.forms import Form, TextField
from web.shared.templatetags.hub import day

EVIL = "<b>&"
ESCAPED = "&lt;b&gt;&amp;"


class OneField(Form):
    """A field that has to be filled in."""

    words = TextField()


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def printed(source: str, **facts) -> str:
    """Return what a template prints, the white space between tags taken out."""
    context = Context({"evil": EVIL, "request": RequestFactory().get("/here/"), **facts})
    html = Template(source).render(context)
    return "".join(line.strip() for line in html.splitlines())


def test_a_row_escapes_its_key_and_what_it_holds_and_keeps_markup():
    html = printed("{% row evil %}\n  {{ evil }}<br>\n{% endrow %}")

    assert f'<dt class="govuk-summary-list__key">{ESCAPED}</dt>' in html
    assert f'<dd class="govuk-summary-list__value">{ESCAPED}<br></dd>' in html
    assert "actions" not in html


def test_a_row_that_can_be_changed_says_to_a_screen_reader_what():
    html = printed('{% row "When" change="/when/" %}today{% endrow %}')

    assert 'href="/when/">Change<span class="govuk-visually-hidden">, When</span></a>' in html


def test_a_cell_names_its_column():
    html = printed("{% column evil %}{% cell evil %} {{ evil }} {% endcell %}")

    assert html == (
        f'<th role="columnheader" scope="col">{ESCAPED}</th>'
        f'<td role="cell" data-label="{ESCAPED}">{ESCAPED}</td>'
    )


def test_details_are_closed_until_they_are_asked_for():
    source = "{% details evil is_open=wrong %}{{ evil }}<p>{% enddetails %}"

    assert '<details class="govuk-details">' in printed(source, wrong={})
    html = printed(source, wrong={"words": ["?"]})
    assert '<details class="govuk-details" open>' in html
    assert f'<div class="govuk-details__text">{ESCAPED}<p></div>' in html


def test_a_deed_goes_where_its_name_says_and_comes_back():
    html = printed("{% deed evil 'web:person-end' 'abc' kind='secondary' about=evil %}")

    assert '<form action="/my/people/abc/end/" method="post">' in html
    assert 'name="back" value="/here/"' in html
    assert "govuk-button--secondary" in html
    assert f'{ESCAPED}<span class="govuk-visually-hidden">, {ESCAPED}</span></button>' in html
    assert "visually-hidden" not in printed("{% deed 'Do' 'web:leave' %}")


def test_the_way_back_is_named():
    html = printed("{% back 'web:people' %}")

    assert html.startswith('<nav aria-label="One step back">')
    assert 'href="/my/people/" class="govuk-back-link">Back</a>' in html


def test_a_form_shows_what_is_wrong_above_it_unless_the_page_has_done_so():
    form = OneField({})
    source = "{% post_form evil kind='warning' %}"

    html = printed(source, form=form)
    assert html.index("error-summary") < html.index("<form")
    assert f'<button class="govuk-button govuk-button--warning">{ESCAPED}</button>' in html
    assert "error-summary" not in printed("{% post_form 'Go' errors=False %}", form=form)
    assert "error-summary" not in printed(source, form=OneField({"words": "a"}))


def test_a_code_stands_in_groups_and_is_copied_without_blanks():
    assert printed("{{ code|grouped }}", code="407291") == "<span>407</span><span>291</span>"


@pytest.mark.parametrize(
    ("language", "here", "there"),
    [
        ("zh-hans", "3月6日 周五", "2027年3月6日 周六"),
        ("en", "Fri 6 March", "Sat 6 March 2027"),
    ],
)
def test_a_day_of_another_year_has_its_year(language: str, here: str, there: str, clock):
    with translation.override(language):
        assert day(date(2026, 3, 6)) == here
        assert day(date(2027, 3, 6)) == there
