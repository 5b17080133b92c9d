"""Every reason why a feed gives no articles can be said in every language."""

import string

import pytest

from bot.domain.article import SOURCE_NOT_GIVEN
from bot.domain.feed import FeedError
from bot.text import LANGUAGES, _catalogue, error_text, text

PARAMS = {
    "url": "https://motor.example/",
    "status": 500,
    "retry_after_s": None,
    "timeout_s": 20,
    "mebibytes": 5.0,
    "redirects_max": 5,
    "port": 25,
    "host": "motor.example",
}


def kinds(base: type[FeedError]) -> list[type[FeedError]]:
    return [base, *(kind for child in base.__subclasses__() for kind in kinds(child))]


@pytest.mark.parametrize("kind", kinds(FeedError))
def test_each_error_has_its_sentence_in_each_language(kind):
    sentences = {error_text(kind(**PARAMS), language) for language in LANGUAGES}
    assert len(sentences) == len(LANGUAGES)
    assert not any("{" in sentence for sentence in sentences)


@pytest.mark.parametrize("kind", kinds(FeedError))
def test_each_error_names_the_parameters_that_its_sentence_needs(kind):
    for language in LANGUAGES:
        sentence = _catalogue(language, "feeds").gettext(kind.message_id)
        fields = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
        assert all(name in (kind.__doc__ or "") + str(kind.__mro__[1].__doc__) for name in fields)


def test_a_source_that_is_not_given_can_be_said():
    assert len({text(SOURCE_NOT_GIVEN, language) for language in LANGUAGES}) == len(LANGUAGES)
