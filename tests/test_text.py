from pathlib import Path
from textwrap import dedent

import pytest

from bot import text as module
from bot.domain.errors import NotAllowedError
from bot.text import LANGUAGES, error_text, join_names, language_of, plural, text
from tests.check_messages import ROOT, check

HEAD = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: {}\\n"
"Plural-Forms: {}\\n"
"""
PLURALS = {"en": "nplurals=2; plural=(n != 1);", "ja": "nplurals=1; plural=0;"}


def entry(name: str, *forms: str) -> str:
    if len(forms) == 1 and not name.endswith("!"):
        return f'\nmsgid "{name}"\nmsgstr "{forms[0]}"\n'
    name = name.rstrip("!")
    lines = "".join(f'msgstr[{number}] "{form}"\n' for number, form in enumerate(forms))
    return f'\nmsgid "{name}"\nmsgid_plural "{name}"\n{lines}'


def tree(root: Path, code: str, *, place: str = "bot/services/pit.py", **entries: str) -> list[str]:
    """Check a tree of one module and one catalogue a language."""
    for language in LANGUAGES:
        catalogue = root / "bot/locales" / language / "pit.po"
        catalogue.parent.mkdir(parents=True, exist_ok=True)
        catalogue.write_text(HEAD.format(language, PLURALS[language]) + entries[language], encoding="utf-8")
    module = root / place
    module.parent.mkdir(parents=True, exist_ok=True)
    module.write_text(dedent(code), encoding="utf-8")
    return check(root)


def test_every_message_of_the_bot_is_there_in_every_language_and_is_used():
    assert check(ROOT) == []


def test_the_languages_are_those_that_have_catalogues():
    assert sorted(LANGUAGES) == sorted(path.name for path in module.LOCALES.iterdir())


@pytest.fixture
def catalogues(tmp_path, monkeypatch):
    for language, forms in {
        "en": ("one car of {make}", "{count} cars of {make}"),
        "ja": ("{make} が {count} 台",),
    }.items():
        folder = tmp_path / language
        folder.mkdir()
        head = HEAD.format(language, PLURALS[language])
        (folder / "pit.po").write_text(head + entry("pit.cars!", *forms), encoding="utf-8")
        (folder / "box.po").write_text(head + entry("box.open", "{gate}: {{open}}"), encoding="utf-8")
    monkeypatch.setattr(module, "LOCALES", tmp_path)
    module._catalogue.cache_clear()
    yield
    module._catalogue.cache_clear()


@pytest.mark.usefixtures("catalogues")
def test_a_plural_takes_the_form_of_its_language():
    assert plural("pit.cars", "en", 1, make="Mazda") == "one car of Mazda"
    assert plural("pit.cars", "en", 3, make="Mazda") == "3 cars of Mazda"
    assert plural("pit.cars", "ja", 1, make="Mazda") == "Mazda が 1 台"


@pytest.mark.usefixtures("catalogues")
def test_messages_and_plurals_of_each_file_are_found():
    assert text("box.open", "en", gate="Gate 4") == "Gate 4: {open}"


@pytest.mark.usefixtures("catalogues")
@pytest.mark.parametrize("message_id", ["pit.gone", "box"])
def test_a_message_that_does_not_exist_is_never_shown_as_its_id(message_id):
    with pytest.raises(KeyError):
        text(message_id, "en")
    with pytest.raises(KeyError):
        plural(message_id, "en", 2)


@pytest.mark.usefixtures("catalogues")
def test_a_placeholder_without_a_value_is_refused():
    with pytest.raises(KeyError):
        text("box.open", "en")
    with pytest.raises(KeyError):
        text("box.open", "ja", door="4")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_becomes_a_sentence_with_its_parameters(language):
    assert "moderate" in error_text(NotAllowedError(capability="moderate"), language)


@pytest.mark.parametrize(
    ("locale", "language"),
    [("ja", "ja"), ("ja_JP", "ja"), ("en-GB", "en"), ("EN", "en"), ("fr", "en"), ("", "en"), (None, "en")],
)
def test_a_locale_that_we_do_not_speak_gets_english(locale, language):
    assert language_of(locale) == language


def test_names_are_listed_as_the_language_writes_them():
    assert join_names(["a", "b"], "en") == "a, b"
    assert join_names(["a", "b"], "ja") == "a、b"


GREETING = entry("pit.hello", "Hello {name}")
GREETING_JA = entry("pit.hello", "{name} さん、こんにちは")


def test_a_tree_that_is_right_passes(tmp_path):
    assert tree(tmp_path, 'text("pit.hello", "en", name="Ann")', en=GREETING, ja=GREETING_JA) == []


@pytest.mark.parametrize(
    ("code", "en", "ja", "problem"),
    [
        ('text("pit.hello", "en", name="")', GREETING, "", "ja: pit.hello is missing"),
        ('text("pit.hello", "en", name="")', "", GREETING_JA, "ja: pit.hello is not in English"),
        ('text("pit.hello", "en", name="")', GREETING, GREETING, "ja: pit.hello is not translated"),
        (
            'text("pit.hello", "en", name="")',
            GREETING,
            entry("pit.hello", "{nome} さん"),
            "ja: pit.hello fills ['nome'], in English ['name']",
        ),
        ("", GREETING, GREETING_JA, "nothing says pit.hello"),
        ('text("pit.hello", "en")', GREETING, GREETING_JA, "bot/services/pit.py:1: pit.hello needs {name}"),
        (
            'text("pit.hello", "en", name=""); say("pit.bye")',
            GREETING,
            GREETING_JA,
            "bot/services/pit.py:1: there is no message pit.bye",
        ),
        (
            'text("pit.hello", "en", name=""); text(f"pit.bye.{day}", "en")',
            GREETING,
            GREETING_JA,
            r"bot/services/pit.py:1: no message is like pit\.bye\.[a-z0-9_.]+",
        ),
        (
            'class FullError(Exception):\n    message_id = "pit.hello"\nraise FullError(count=2)',
            GREETING,
            GREETING_JA,
            "bot/services/pit.py:3: pit.hello needs {name}",
        ),
        (
            'text("pit.hello", "en", name="")\nsend("The lane is closed.")',
            GREETING,
            GREETING_JA,
            "bot/services/pit.py:2: 'The lane is closed.' is not in the catalogues",
        ),
        (
            'text("pit.hello", "en", name="")\nButton(label="Vote")',
            GREETING,
            GREETING_JA,
            "bot/services/pit.py:2: 'Vote' is not in the catalogues",
        ),
        (
            'text("pit.hello", "en", name="")\nsend(f"The lane {n} is closed.")',
            GREETING,
            GREETING_JA,
            "bot/services/pit.py:2: ' is closed.' is not in the catalogues",
        ),
    ],
)
def test_what_is_wrong_with_a_message_is_named(tmp_path, code, en, ja, problem):
    assert problem in tree(tmp_path, code, en=en, ja=ja)


@pytest.mark.parametrize(
    ("catalogue", "problem"),
    [
        (entry("box.hello", "Hello"), "en/pit.po: box.hello has to be pit.something"),
        (entry("pit.hello", ""), "en/pit.po: pit.hello is not finished"),
        ("\n#, fuzzy" + entry("pit.hello", "Hello"), "en/pit.po: pit.hello is not finished"),
        (entry("pit.hello", "Hello") * 2, "en/pit.po: pit.hello stands there twice"),
        (entry("pit.hello!", "Hello"), "en/pit.po: pit.hello is not finished"),
        ('\nmsgid "pit.hello\nmsgstr', "en/pit.po"),
    ],
)
def test_what_is_wrong_with_a_catalogue_is_named(tmp_path, catalogue, problem):
    found = tree(tmp_path, 'say("pit.hello")', en=catalogue, ja=entry("pit.hello", "こんにちは"))
    assert [line for line in found if line.startswith(problem)]


@pytest.mark.parametrize(
    "code",
    [
        'log.info("posted guild=%s in time", guild)',
        'raise RuntimeError("use it as a context manager")',
        '"""A docstring has many words."""',
        'pattern = re.compile("by (the|our) staff")',
        'send("the owner name")  # not shown: a key of Discord itself',
        'Column(label="pit.hello")',
        'Column(ForeignKey("pit.id"))',
        'template("pit.html.j2")',
        'from sqlalchemy import text\ntext("SELECT 1")',
        'cast("list[dict[str, Any]]", found)',
    ],
)
def test_what_nobody_is_shown_needs_no_translation(tmp_path, code):
    assert (
        tree(
            tmp_path,
            code + '\nsay("pit.hello")',
            en=entry("pit.hello", "Hello"),
            ja=entry("pit.hello", "どうも"),
        )
        == []
    )


def test_a_message_without_words_of_its_own_may_be_the_same_everywhere(tmp_path):
    same = entry("pit.hello", "**Paddock** {day}")
    assert tree(tmp_path, 'say("pit.hello")', en=same, ja=same) == []


def test_a_message_whose_id_is_put_together_counts_as_used(tmp_path):
    code = 'text(f"pit.hel{rest}", "en", name=name)'
    assert tree(tmp_path, code, en=GREETING, ja=GREETING_JA) == []


def test_what_the_command_line_prints_is_looked_at_and_its_help_is_not(tmp_path):
    code = 'app(help="Try the bot first.")\nprint("That is all.")\nsay("pit.hello")'
    found = tree(
        tmp_path,
        code,
        place="bot/cli/pit.py",
        en=entry("pit.hello", "Hello"),
        ja=entry("pit.hello", "どうも"),
    )
    assert found == ["bot/cli/pit.py:2: 'That is all.' is not in the catalogues"]
