"""Become a volunteer, one task at a time; keep skills, times and area up to date."""

from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import actions, queries
from accounts.models import User, VolunteerProfile
from accounts.states import TEXT_VERSION, Category, Purpose, SkillCode, SkillLevel
from matching.queries import allows_matching, is_asked
from regions.queries import streets
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me
from web.shared.places import offer_places

PARTS = {
    "morning": (8 * 60, 12 * 60),
    "afternoon": (12 * 60, 18 * 60),
    "evening": (18 * 60, 22 * 60),
}
DAYS = [
    gettext_lazy("Mon"),
    gettext_lazy("Tue"),
    gettext_lazy("Wed"),
    gettext_lazy("Thu"),
    gettext_lazy("Fri"),
    gettext_lazy("Sat"),
    gettext_lazy("Sun"),
]


def own_profile(request: HttpRequest) -> VolunteerProfile | None:
    """Return the profile of who asks, when there is one."""
    user = me(request)
    return queries.volunteers_for(user, now=timezone.now()).filter(user=user).first()


class Task(NamedTuple):
    """A task of registering: its page, its name, what it takes, and whether it is done."""

    name: str
    words: str
    hint: str
    is_done: bool


def tasks_of(profile: VolunteerProfile | None) -> list[Task]:
    """Return the tasks of registering, each with its state."""
    tasks = [
        Task(
            "web:register-identity",
            _("Your name, verified"),
            _("Name and ID number as on the card. The answer mostly comes within minutes."),
            bool(profile and profile.is_verified),
        ),
        Task(
            "web:my-profile",
            _("Skills, times and area"),
            _("What you can do, when, and how far from home."),
            bool(profile and profile.region),
        ),
        Task(
            "web:register-lesson",
            _("The first lesson"),
            _("Read for five minutes, then answer three questions."),
            bool(profile and profile.lesson_passed_at),
        ),
    ]
    if profile and profile.is_verified and not profile.is_adult:
        tasks.append(
            Task(
                "web:my-guardian",
                _("Your guardian allows it"),
                _("Name a parent or guardian; they get a message and allow it."),
                bool(profile.guardian_consent_at),
            )
        )
    return tasks


def standing_of(user: User, profile: VolunteerProfile | None) -> dict[str, Any]:
    """Return what is done and what is not, for the pages that show it."""
    home = queries.home_of(user)
    return {
        "tasks": tasks_of(profile),
        "verification": queries.latest_verification(user),
        "home": home.name if home else "",
        "profile": profile,
    }


@login_required
def register(request: HttpRequest) -> HttpResponse:
    """Show the tasks of registering, each with its state."""
    context = standing_of(me(request), own_profile(request))
    return render(request, "web/volunteer/register.html", context)


class IdentityForm(Form):
    """Name and number as on the card."""

    name = TextField(label=gettext_lazy("Name as on the card"), max_length=30)
    id_number = TextField(
        label=gettext_lazy("ID number"),
        help_text=gettext_lazy("18 characters. It is kept encrypted and never shown."),
        max_length=24,
    )
    consent = forms.BooleanField(label=gettext_lazy("I allow the check of my name and number"))


@login_required
def identity(request: HttpRequest) -> HttpResponse:
    """Claim an identity; the answer comes later and is shown on the list of tasks; a yes is shown here."""
    user, now = me(request), timezone.now()
    profile = own_profile(request)
    form = IdentityForm(request.POST or None)

    def act(given: dict[str, Any]) -> Any:
        return actions.join_as_volunteer(
            user=user,
            name=given["name"],
            id_number=given["id_number"],
            text_version=TEXT_VERSION,
            now=now,
        )

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("We check it now. You see the answer here."))
        return redirect("web:volunteer-register")
    return show(request, "web/volunteer/identity.html", form, **standing_of(user, profile))


class LessonForm(Form):
    """Three questions."""

    ask_first = forms.ChoiceField(
        label=gettext_lazy("Before you push a wheelchair, do you ask?"),
        widget=forms.RadioSelect,
        choices=[("no", gettext_lazy("No, I just help")), ("yes", gettext_lazy("Yes, always"))],
    )
    share_photos = forms.ChoiceField(
        label=gettext_lazy("May you post a photo of the person you helped?"),
        widget=forms.RadioSelect,
        choices=[("no", gettext_lazy("No")), ("yes", gettext_lazy("Yes, if it is nice"))],
    )
    arrival_code = forms.ChoiceField(
        label=gettext_lazy("Who knows the arrival code?"),
        widget=forms.RadioSelect,
        choices=[
            ("volunteer", gettext_lazy("I get it by message")),
            ("resident", gettext_lazy("The resident; I ask at the door")),
        ],
    )


@login_required
def lesson(request: HttpRequest) -> HttpResponse:
    """Read, and answer three questions."""
    profile = own_profile(request)
    if profile is None:
        return redirect("web:register-identity")
    form = LessonForm(request.POST or None)
    if request.method == "POST" and carry_out(
        form,
        lambda given: actions.pass_lesson(
            volunteer=profile, answers=given, by=me(request), now=timezone.now()
        ),
    ):
        messages.success(request, _("Well done. The first lesson is finished."))
        return redirect("web:volunteer-register")
    return show(request, "web/volunteer/lesson.html", form)


class ProfileForm(Form):
    """What I can do, when, and how far."""

    region = forms.ChoiceField(label=gettext_lazy("Home street or town"))
    radius_m = forms.TypedChoiceField(
        label=gettext_lazy("How far I go"),
        coerce=int,
        choices=[
            (n * 1000, format_lazy(gettext_lazy("{n} km"), n=n))
            for n in (1, 2, 3, 5, 8, 10, 15, 20, 40)
        ],
    )
    skills = forms.MultipleChoiceField(
        label=gettext_lazy("What I can do"),
        widget=forms.CheckboxSelectMultiple,
        choices=SkillCode.choices,
        required=False,
    )
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("What I like to be asked for"),
        widget=forms.CheckboxSelectMultiple,
        choices=Category.choices,
    )
    week = forms.MultipleChoiceField(
        label=gettext_lazy("When I am free"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(f"{n}-{part}", f"{n}-{part}") for n in range(7) for part in PARTS],
        required=False,
    )
    matching = forms.BooleanField(
        label=gettext_lazy("Ask me automatically when I fit"), required=False
    )
    sharing = forms.BooleanField(
        label=gettext_lazy("Organizations I serve with may see my full name and number"),
        required=False,
    )


def _cells(window: tuple[int, int, int]) -> set[str]:
    """Return the cells of the page's week that lie in a window; one that a program set may have none."""
    day, starts, ends = window
    return {f"{day}-{part}" for part, (s, e) in PARTS.items() if starts <= s and e <= ends}


def _words(window: tuple[int, int, int]) -> str:
    day, *minutes = window
    return f"{DAYS[day]} " + "–".join(f"{at // 60}:{at % 60:02}" for at in minutes)


def saved_words(row: VolunteerProfile) -> str:
    """Return what is said when details are saved: true for whom we do not ask, too."""
    if is_asked(row, allows=allows_matching(row.user)):
        return _("Saved. We ask you when you fit.")
    return _("Saved. As you have it now, we do not ask you: you look for yourself.")


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Keep skills, times and area up to date."""
    user, now = me(request), timezone.now()
    row = own_profile(request)
    if row is None:
        return redirect("web:register-identity")
    held = {skill.code: skill.level for skill in row.skills.all()}
    windows = {(w.weekday, w.starts, w.ends) for w in row.windows.all()}
    missing = queries.missing_consents(user, (Purpose.MATCHING, Purpose.SHARING))
    initial = {
        "region": row.region.code if row.region else "",
        "radius_m": row.radius_m,
        "skills": list(held),
        "categories": [c.category for c in row.categories.all()],
        "week": sorted({cell for window in windows for cell in _cells(window)}),
        "matching": Purpose.MATCHING not in missing,
        "sharing": Purpose.SHARING not in missing,
    }
    form = ProfileForm(request.POST or None, initial=initial)
    for code, level in held.items():  # a new skill is a good one until its level is said
        form.fields[f"level_{code}"] = forms.TypedChoiceField(
            label=SkillCode(code).label,
            coerce=int,
            choices=SkillLevel.choices,
            initial=level,
            required=False,
        )
    places = offer_places(form, streets())

    def act(given: dict[str, Any]) -> Any:
        chosen = set(given["week"])
        kept = [window for window in windows if _cells(window) <= chosen]
        inside = {cell for window in kept for cell in _cells(window)}
        cells = (cell.split("-") for cell in chosen - inside)
        week = kept + [(int(n), *PARTS[part]) for n, part in cells]
        return actions.set_volunteer_profile(
            volunteer=row,
            region=places[given["region"]],
            radius_m=given["radius_m"],
            skills={
                code: given.get(f"level_{code}") or held.get(code, SkillLevel.GOOD)
                for code in given["skills"]
            },
            categories=given["categories"],
            windows=week,
            matching=TEXT_VERSION if given["matching"] else None,
            sharing=TEXT_VERSION if given["sharing"] else None,
            by=user,
            now=now,
        )

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, saved_words(row))
        return redirect("web:volunteer")
    chosen = set(form["week"].value() or [])
    rows = [
        (words, [(f"{n}-{part}", f"{n}-{part}" in chosen) for part in PARTS])
        for n, words in enumerate(DAYS)
    ]
    return show(
        request,
        "web/volunteer/profile.html",
        form,
        row=row,
        week=rows,
        others=[_words(window) for window in sorted(windows) if not _cells(window)],
        levels=[form[f"level_{code}"] for code in held],
    )
