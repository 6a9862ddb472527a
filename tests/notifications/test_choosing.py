"""What people do with their inbox, and what it shows them."""

from datetime import timedelta

import pytest

from notifications import actions, queries
from notifications.models import Notice, Preference
from notifications.states import Channel, Group
from tests.factories import accounts
from tests.factories import notifications as make
from tests.factories.accounts import NOON
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def test_everybody_sees_the_own_notices_only():
    mine, other = make.notice(), make.notice()

    assert list(queries.notices_for(mine.user)) == [mine]
    assert list(queries.notices_for(other.user)) == [other]
    assert not queries.notices_for(accounts.user()).exists()
    assert not queries.notices_for(None).exists()


def test_a_cursor_misses_nothing():
    user = accounts.user()
    assert queries.cursor_of(user) == 0
    first = make.notice(user)
    make.notice()
    cursor = queries.cursor_of(user)
    missed = [make.notice(user), make.notice(user)]

    assert cursor == first.pk
    assert list(queries.notices_after(user, cursor)) == missed
    assert list(queries.notices_after(user, queries.cursor_of(user))) == []


def test_the_watch_sees_whose_notices_are_new():
    first, second = make.notice(), make.notice()

    assert queries.newest_notices() == {first.pk: first.user_id, second.pk: second.user_id}


def test_a_notice_is_read_once():
    notice = make.notice()
    assert queries.unread_count(notice.user) == 1

    actions.mark_read(notice=notice, by=notice.user, now=NOON)
    actions.mark_read(notice=notice, by=notice.user, now=LATER)

    assert (notice.read_at, queries.unread_count(notice.user)) == (NOON, 0)


def test_somebody_elses_notice_is_not_read():
    notice, stranger = make.notice(), accounts.user()

    with refused("not_yours"):
        actions.mark_read(notice=notice, by=stranger, now=NOON)

    assert Notice.objects.get().read_at is None


def test_all_is_read_up_to_what_the_page_showed():
    user = accounts.user()
    shown, came_later, other = make.notice(user), make.notice(user), make.notice()

    assert actions.mark_all_read(by=user, up_to=shown.pk, now=NOON) == 1
    assert list(queries.notices_for(user).filter(read_at__isnull=True)) == [came_later]
    assert actions.mark_all_read(by=user, now=NOON) == 1

    other.refresh_from_db()
    assert other.read_at is None


def test_the_table_of_preferences_is_whole_from_the_start():
    user = accounts.user()

    table = queries.preferences_of(user)

    assert table == {
        (Group.MUST, Channel.EMAIL): True,
        (Group.MUST, Channel.SMS): True,
        (Group.USEFUL, Channel.EMAIL): True,
        (Group.USEFUL, Channel.SMS): False,
        (Group.DIGEST, Channel.EMAIL): True,
        (Group.DIGEST, Channel.SMS): False,
    }


def test_a_chosen_cell_is_kept_and_can_be_changed_again():
    user, before = accounts.user(), last_event()
    cell = (Group.USEFUL, Channel.SMS)

    actions.set_preferences(chosen={cell: True}, by=user, now=NOON)
    table = actions.set_preferences(chosen={cell: False}, by=user, now=NOON)

    assert table[cell] is False
    assert queries.preferences_of(user) == table
    assert Preference.objects.count() == 1
    assert names_since(before)[-2:] == ["preferences.changed"] * 2


def test_the_last_channel_of_what_must_be_known_stays():
    user = accounts.user()  # who has a phone and no e-mail

    with refused("last_channel") as caught:
        actions.set_preferences(chosen={(Group.MUST, Channel.SMS): False}, by=user, now=NOON)

    assert caught.value.field == "preferences"
    assert not Preference.objects.exists()


def test_who_has_two_addresses_chooses_one():
    user = accounts.user()
    user.email = "a@example.org"
    user.save(update_fields=["email"])

    actions.set_preferences(chosen={(Group.MUST, Channel.SMS): False}, by=user, now=NOON)

    assert set(make.notice(user).dispatches.values_list("channel", flat=True)) == {"EMAIL"}


def test_who_has_no_address_has_the_inbox():
    user = accounts.user()
    user.phone = None
    user.save(update_fields=["phone"])

    actions.set_preferences(chosen={(Group.MUST, Channel.SMS): False}, by=user, now=NOON)
    notice = make.notice(user)

    assert not notice.dispatches.exists()


def test_quiet_hours_are_the_night_until_chosen():
    user, before = accounts.user(), last_event()
    by_default = queries.quiet_hours_of(user)

    actions.set_quiet_hours(starts=22 * 60, ends=7 * 60, by=user, now=NOON)
    chosen = queries.quiet_hours_of(user)

    assert (by_default.starts, by_default.ends) == (21 * 60, 8 * 60)
    assert (chosen.starts, chosen.ends) == (22 * 60, 7 * 60)
    assert names_since(before)[-1] == "quiet_hours.changed"


@pytest.mark.parametrize(("starts", "ends"), [(-1, 0), (0, 1440), (1440, 0), (0, -1)])
def test_quiet_hours_are_times_of_day(starts, ends):
    user = accounts.user()

    with refused("bad_time"):
        actions.set_quiet_hours(starts=starts, ends=ends, by=user, now=NOON)


def test_rows_say_what_they_are():
    message = make.message()
    user = message.user
    actions.set_preferences(chosen={(Group.USEFUL, Channel.SMS): True}, by=user, now=NOON)
    hours = actions.set_quiet_hours(starts=0, ends=60, by=user, now=NOON)

    shown = [str(message), str(message.notice), str(hours), str(Preference.objects.get())]

    assert shown == [
        "SMS WAITING",
        f"volunteer_restored {user.pk}",
        "0–60",
        "USEFUL SMS True",
    ]
