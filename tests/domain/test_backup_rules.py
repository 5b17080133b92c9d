"""Which backups are kept, and what they are called."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.backup import backup_made_at, backup_name, has_wal_reset_bug, is_old, kept, next_backup_at

NOW = datetime(2026, 11, 22, 1, 41, 44, tzinfo=UTC)  # a Sunday
moments = st.datetimes(min_value=datetime(2026, 8, 1), max_value=datetime(2026, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone
histories = st.sets(moments, max_size=60)


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def test_a_backup_every_hour_for_ten_weeks_leaves_a_day_a_week_and_four_weeks():
    hourly = {ago(hours=hours) for hours in range(70 * 24)}
    left = kept(hourly, NOW)
    assert {moment for moment in left if moment > ago(hours=24)} == {ago(hours=hours) for hours in range(24)}
    older = sorted((moment for moment in left if moment <= ago(hours=24)), reverse=True)
    # The days from Friday back to Monday, the first of the seven; then Sundays of the three weeks before.
    assert [moment.strftime("%a %d %b %H:%M") for moment in older] == [
        "Fri 20 Nov 23:41",
        "Thu 19 Nov 23:41",
        "Wed 18 Nov 23:41",
        "Tue 17 Nov 23:41",
        "Mon 16 Nov 23:41",
        "Sun 15 Nov 23:41",
        "Sun 08 Nov 23:41",
        "Sun 01 Nov 23:41",
    ]


@given(history=histories, now=moments)
def test_nothing_of_the_last_day_and_never_the_newest_is_let_go(history: set[datetime], now: datetime):
    left = kept(history, now)
    assert left <= history
    assert {moment for moment in history if moment > now - timedelta(hours=24)} <= left
    if history:
        assert max(history) in left


@given(history=histories, now=moments)
def test_only_the_newest_of_all_is_kept_for_more_than_28_days(history: set[datetime], now: datetime):
    assert all(now - moment < timedelta(days=28) for moment in kept(history, now) - {max(history, default=now)})


@given(history=histories, now=moments)
def test_each_of_the_last_7_days_and_4_weeks_that_had_one_still_has_one(history: set[datetime], now: datetime):
    left = kept(history, now)
    days = {moment.date() for moment in history if moment.date() > now.date() - timedelta(days=7)}
    assert days <= {moment.date() for moment in left}
    monday = now.date() - timedelta(days=now.weekday())
    weeks = {moment.isocalendar()[:2] for moment in history if moment.date() >= monday - timedelta(weeks=3)}
    assert weeks <= {moment.isocalendar()[:2] for moment in left}


@given(history=histories, now=moments)
def test_pruning_twice_lets_nothing_more_go(history: set[datetime], now: datetime):
    left = kept(history, now)
    assert kept(left, now) == left


@given(history=histories, now=moments, later=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=60)))
def test_what_was_let_go_would_not_have_been_kept_later(history: set[datetime], now: datetime, later: timedelta):
    assert kept(kept(history, now), now + later) >= kept(history, now + later)


@given(history=histories, now=moments)
def test_there_are_never_many(history: set[datetime], now: datetime):
    assert len([moment for moment in kept(history, now) if moment <= now - timedelta(hours=24)]) <= 7 + 4 + 1


def test_what_a_wrong_clock_put_ahead_is_kept():
    assert kept({ago(days=-3), ago(days=90)}, NOW) == {ago(days=-3)}
    assert kept(set(), NOW) == set()


@given(at=moments, revision=st.none() | st.from_regex(r"\A\w{1,32}\Z"), copy=st.integers(1, 99))
def test_a_name_gives_its_time_back(at: datetime, revision: str | None, copy: int):
    name = backup_name("paddock", at, revision, copy=copy)
    found = backup_made_at(name, "paddock")
    assert (found == at.replace(microsecond=0)) if revision is None or revision.isascii() else found is None
    assert backup_made_at(name, "other") is None


def test_a_name_tells_time_and_schema():
    assert backup_name("paddock", NOW, "0001") == "paddock-20261122T014144Z-0001.db"
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    assert backup_name("paddock", tokyo, None, copy=2) == "paddock-20261122T014144Z-none-2.db"


@pytest.mark.parametrize(
    "name",
    ["paddock.db", "paddock-20261122T014144Z-0001.db-wal", "paddock-20261322T014144Z-0001.db", "my-copy.db", ""],
)
def test_other_files_are_no_backups(name: str):
    assert backup_made_at(name, "paddock") is None


@pytest.mark.parametrize(
    ("version", "has_it"),
    [((3, 6, 23), False), ((3, 7, 0), True), ((3, 40, 1), True), ((3, 51, 2), True), ((3, 51, 3), False)],
)
def test_versions_with_the_wal_reset_bug_are_known(version: tuple[int, ...], has_it: bool):  # noqa: FBT001  # a case
    assert has_wal_reset_bug(version) is has_it


def test_the_next_backup_follows_the_newest_by_as_much_as_was_asked_for():
    every = timedelta(hours=6)
    assert next_backup_at(None, NOW, every=every) == NOW
    assert next_backup_at(ago(hours=2), NOW, every=every) == NOW + timedelta(hours=4)
    assert next_backup_at(ago(days=40), NOW, every=every) < NOW
    assert next_backup_at(NOW + timedelta(days=40), NOW, every=every) == NOW + every


@pytest.mark.parametrize(
    ("every", "hours_max"), [(None, 8 * 24), (timedelta(hours=24), 48), (timedelta(days=7), 8 * 24)]
)
def test_the_newest_backup_is_old_a_day_after_the_next_one_was_due(every: timedelta | None, hours_max: int):
    assert not is_old(ago(hours=hours_max), NOW, every=every)
    assert is_old(ago(hours=hours_max, seconds=1), NOW, every=every)
