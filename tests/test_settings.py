import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.cli.settings_text import accepted, env_example, error_lines, overview
from bot.settings import ENVIRONMENT, KEYS, Problem, ProblemKind, Settings, SettingsError, load_settings
from bot.text import LANGUAGES
from tests.check_messages import ROOT

TOKEN = "MTAwMQ.Gx3f.not-a-real-one"  # noqa: S105  # shaped like one


@pytest.fixture
def env_file(tmp_path):
    return tmp_path / ".env"


def problems(env, env_file):
    with pytest.raises(SettingsError) as caught:
        load_settings(env, env_file)
    return list(caught.value.problems)


def test_without_any_setting_everything_has_its_default(env_file):
    settings = load_settings({}, env_file)
    assert settings == Settings()
    assert settings.discord_token is None
    assert settings.database_url == "sqlite+aiosqlite:///paddock.db"
    assert (settings.timezone, settings.language, settings.log_level) == ("UTC", "en", "INFO")


def test_the_environment_wins_over_the_file(env_file):
    env_file.write_text("PADDOCK_TIMEZONE=Asia/Tokyo\nPADDOCK_LANGUAGE=ja\n", encoding="utf-8")
    settings = load_settings({"PADDOCK_TIMEZONE": "Europe/Berlin"}, env_file)
    assert (settings.timezone, settings.language) == ("Europe/Berlin", "ja")


def test_an_empty_value_counts_as_absent_and_hides_nothing(env_file):
    env_file.write_text("PADDOCK_LANGUAGE=ja\nDISCORD_TOKEN=\n", encoding="utf-8")
    settings = load_settings({"PADDOCK_LANGUAGE": " "}, env_file)
    assert settings.language == "ja"
    assert settings.discord_token is None


def test_quotes_export_comments_and_a_byte_order_mark_are_understood(env_file):
    env_file.write_text(
        f'\ufeffexport DISCORD_TOKEN="{TOKEN}"  # mine\n# PADDOCK_LANGUAGE=xx\nPADDOCK_LOG_LEVEL=debug\n',
        encoding="utf-8",
    )
    settings = load_settings({}, env_file)
    assert settings.require_token() == TOKEN
    assert settings.log_level == "DEBUG"


def test_a_password_is_taken_as_it_stands(env_file):
    env_file.write_text("DATABASE_URL=postgresql://paddock:a${HOME}b$c@db/paddock\n", encoding="utf-8")
    assert load_settings({}, env_file).database_url == "postgresql+asyncpg://paddock:a${HOME}b$c@db/paddock"


def test_settings_do_not_change_once_they_are_read(env_file):
    with pytest.raises(ValidationError):
        load_settings({}, env_file).timezone = "Asia/Tokyo"


def test_settings_that_a_test_makes_ignore_the_environment(monkeypatch):
    monkeypatch.setenv("PADDOCK_TIMEZONE", "Asia/Tokyo")
    assert Settings().timezone == "UTC"


@pytest.mark.parametrize(
    ("given_url", "url"),
    [
        ("sqlite:///news.db", "sqlite+aiosqlite:///news.db"),
        ("sqlite+aiosqlite:////var/lib/paddock/news.db", "sqlite+aiosqlite:////var/lib/paddock/news.db"),
        ("postgres://a:b@db:5432/news", "postgresql+asyncpg://a:b@db:5432/news"),
        ("POSTGRESQL://db/news", "postgresql+asyncpg://db/news"),
    ],
)
def test_a_database_address_without_a_driver_gets_ours(env_file, given_url, url):
    assert load_settings({"DATABASE_URL": given_url}, env_file).database_url == url


@pytest.mark.parametrize(
    "pair",
    [
        ("DISCORD_TOKEN", "0123456789abcdef0123456789abcdef"),
        ("DISCORD_TOKEN", f"Bot {TOKEN}"),
        ("DISCORD_TOKEN", "a..c"),
        ("DATABASE_URL", "mysql://db/news"),
        ("DATABASE_URL", "news.db"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:///file::memory:?uri=true"),
        ("DATABASE_URL", "sqlite://news.db"),
        ("DATABASE_URL", "postgresql://db"),
        ("PADDOCK_TIMEZONE", "Mars/Olympus"),
        ("PADDOCK_TIMEZONE", "Europe"),
        ("PADDOCK_TIMEZONE", "../../etc/passwd"),
        ("PADDOCK_LANGUAGE", "fr"),
        ("PADDOCK_LOG_LEVEL", "LOUD"),
        ("PADDOCK_FETCH_TIMEOUT_S", "nan"),
        ("PADDOCK_FETCH_TIMEOUT_S", "0.5"),
        ("PADDOCK_FETCH_BYTES_MAX", "5 MB"),
        ("PADDOCK_FETCH_MINUTES", "4"),
        ("PADDOCK_SOURCES_MAX", "0"),
        ("PADDOCK_REQUESTS_PER_S", "51"),
        ("PADDOCK_PROCESSES", "0"),
        ("PADDOCK_PROCESSES", "51"),
        ("PADDOCK_DISCORD_API_BASE", "http://discord.example"),
        ("PADDOCK_DISCORD_API_BASE", "http://127.0.0.1.example.org"),
        ("PADDOCK_DISCORD_API_BASE", "http://localhost@discord.example"),
        ("PADDOCK_DISCORD_API_BASE", "https://127.0.0.1"),
        ("PADDOCK_DISCORD_API_BASE", "http://[::1"),
    ],
)
def test_what_is_not_accepted_is_named(env_file, pair):
    key, value = pair
    found = problems({key: value}, env_file)
    assert [(problem.kind, problem.key, problem.place) for problem in found] == [(ProblemKind.WRONG, key, ENVIRONMENT)]


@pytest.mark.parametrize("base", ["http://127.0.0.1:8080", "http://localhost:8080/api/", "http://[::1]:8080"])
def test_a_discord_on_this_machine_is_accepted(env_file, base):
    settings = load_settings({"PADDOCK_DISCORD_API_BASE": base}, env_file)
    assert settings.discord_api_base == base.rstrip("/")


def test_the_processes_of_a_fleet_share_the_calls_a_second(env_file):
    settings = load_settings({"PADDOCK_REQUESTS_PER_S": "45", "PADDOCK_PROCESSES": "2"}, env_file)
    assert settings.requests_per_s_each == 22.5


def test_everything_that_is_wrong_is_listed_at_once_with_its_place(env_file):
    env_file.write_text("PADDOCK_TIMEZONE=Europe/Berln\nPADDOCK_SOURCES_MAX=0\n", encoding="utf-8")
    found = problems({"PADDOCK_LANGUAGE": "xx", "PADDOCK_SOURCES_MAX": "many"}, env_file)
    assert found == [
        Problem(ProblemKind.WRONG, "PADDOCK_TIMEZONE", str(env_file), "Europe/Berln", "Europe/Berlin"),
        Problem(ProblemKind.WRONG, "PADDOCK_LANGUAGE", ENVIRONMENT, "xx"),
        Problem(ProblemKind.WRONG, "PADDOCK_SOURCES_MAX", ENVIRONMENT, "many"),
    ]


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("PADDOCK_TIMEZOEN", "PADDOCK_TIMEZONE"),
        ("PADDOCK_TIME_ZONE", "PADDOCK_TIMEZONE"),
        ("PADDOCK_LANG", "PADDOCK_LANGUAGE"),
        ("DISCORD_TOKN", "DISCORD_TOKEN"),
        ("DISCORD_BOT_TOKEN", "DISCORD_TOKEN"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("paddock_loglevel", "PADDOCK_LOG_LEVEL"),
    ],
)
@pytest.mark.parametrize("in_file", [True, False])
def test_a_slip_in_a_key_is_named_with_the_key_that_was_meant(env_file, slip, meant, in_file):
    if in_file:
        env_file.write_text(f"{slip}=x\n", encoding="utf-8")
    found = problems({} if in_file else {slip: "x"}, env_file)
    place = str(env_file) if in_file else ENVIRONMENT
    assert found == [Problem(ProblemKind.NEAR_MISS, slip.upper(), place, meant=meant)]
    assert f"{slip.upper()}: did you mean {meant}?" in error_lines(SettingsError(tuple(found)), env_file)[1]


@pytest.mark.parametrize("key", ["DATABASE_PUBLIC_URL", "DISCORD_WEBHOOK", "PADDOCK_HOME", "TIMEZONE", "PATH"])
def test_keys_of_others_are_left_alone(env_file, key):
    assert load_settings({key: "x"}, env_file) == Settings()


def test_a_key_beside_ours_under_a_shared_prefix_is_left_alone_once_ours_is_set(env_file):
    env = {"DATABASE_URL": "sqlite:///a.db", "DATABASE_URL_RO": "sqlite:///b.db", "DISCORD_TOKEN": TOKEN}
    assert load_settings({**env, "DISCORD_TOKEN_2": "x"}, env_file).require_token() == TOKEN
    assert problems({**env, "PADDOCK_TIMEZONE": "UTC", "PADDOCK_TIMEZONES": "x"}, env_file)


def test_a_line_that_is_no_setting_is_named_by_its_number_and_not_repeated(env_file):
    env_file.write_text(f"PADDOCK_LANGUAGE=ja\n'DISCORD_TOKEN {TOKEN}\n", encoding="utf-8")
    found = problems({}, env_file)
    assert found == [Problem(ProblemKind.LINE, "", str(env_file), line=2)]
    assert TOKEN not in "\n".join(error_lines(SettingsError(tuple(found)), env_file))


@pytest.mark.parametrize("content", [None, b"PADDOCK_LANGUAGE=\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named(env_file, content):
    if content is None:
        env_file.mkdir()
    else:
        env_file.write_bytes(content)
    assert problems({}, env_file) == [Problem(ProblemKind.FILE, "", str(env_file))]


@pytest.mark.parametrize("key", ["DISCORD_TOKEN", "DATABASE_URL"])
def test_a_secret_is_never_shown(env_file, key):
    secret = "s3cret/with spaces"  # noqa: S105  # made up
    with pytest.raises(SettingsError) as caught:
        load_settings({key: secret}, env_file)
    assert secret not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
    assert secret not in "\n".join(error_lines(caught.value, env_file))
    settings = load_settings({"DISCORD_TOKEN": TOKEN, "DATABASE_URL": "postgresql://a:pass@db/n"}, env_file)
    for shown in (repr(settings), str(settings), overview(settings)):
        assert TOKEN not in shown
        assert "pass@" not in shown


def test_a_missing_token_is_explained_in_three_lines(env_file):
    with pytest.raises(SettingsError) as caught:
        Settings().require_token()
    what, source, place = error_lines(caught.value, env_file)
    assert what.startswith("DISCORD_TOKEN is missing")
    assert "https://discord.com/developers/applications" in source
    assert str(env_file) in place


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_setting_says_what_it_takes_in_every_language(language):
    assert all(accepted(key, language) for key in KEYS)
    assert Settings(language=language).language == language


def test_what_is_wrong_is_told_in_the_language_that_was_set(env_file):
    with pytest.raises(SettingsError) as caught:
        load_settings({"PADDOCK_LANGUAGE": "ja", "PADDOCK_SOURCES_MAX": "0"}, env_file)
    assert "整数" in error_lines(caught.value, env_file)[1]


def test_the_example_is_what_the_settings_say():
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example()


def test_the_example_holds_every_setting_and_its_defaults_are_accepted(env_file):
    lines = [line.removeprefix("# ") for line in env_example().splitlines()]
    for key in KEYS:
        assert [line for line in lines if line.startswith(f"{key}=")]
    env_file.write_text("\n".join(line for line in lines if line.partition("=")[0] in KEYS), encoding="utf-8")
    assert load_settings({}, env_file) == Settings()


@given(st.dictionaries(st.sampled_from(sorted(KEYS)), st.text(max_size=30)))
def test_whatever_is_given_it_is_taken_or_refused_by_name(tmp_path_factory, env):
    try:
        found = load_settings(env, tmp_path_factory.getbasetemp() / "none")
    except SettingsError as caught:
        found = caught
    if isinstance(found, SettingsError):
        assert {problem.key for problem in found.problems} <= {key for key in env if env[key].strip()}
    else:
        assert zoneinfo.ZoneInfo(found.timezone)
