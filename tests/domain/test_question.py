from datetime import date

import pytest

from bot.domain.article import Article
from bot.domain.compose import compose
from bot.domain.edition import QuestionKind, QuestionOrigin, Section, SourceRef
from bot.domain.question import OPTIONS_MAX, find_question
from bot.domain.sensitive import is_sensitive
from bot.domain.suggested import suggest_question

HEADING = "The Big Question\n"
NEWS = "Toyota and Honda will share a plant with Mazda. Toyota pays most of it. Honda and Toyota build the cars.\n"


def an_article(body, title="Three makers share a plant"):
    return Article(key="1", url="https://news.example/1", title=title, source="News", body=body)


CASES = [
    (
        "best is a write-in",
        HEADING + "What’s the best wagon ever made? And the worst?",
        "What’s the best wagon ever made?",
        "write_in",
        (),
    ),
    (
        "favourite is a write-in",
        HEADING + "Tell us: what is your favorite road movie?",
        "What is your favorite road movie?",
        "write_in",
        (),
    ),
    ("why is a thread", HEADING + "Why do we love wagons?", "Why do we love wagons?", "thread", ()),
    (
        "what is a thread",
        HEADING + "What would you pay for a wagon?",
        "What would you pay for a wagon?",
        "thread",
        (),
    ),
    (
        "how comes after a condition",
        HEADING + "If Mazda quits, how would you feel?",
        "If Mazda quits, how would you feel?",
        "thread",
        (),
    ),
    (
        "the best way is no contest",
        HEADING + "What’s the best way to fix a dent?",
        "What’s the best way to fix a dent?",
        "thread",
        (),
    ),
    ("yes or no is a thread", HEADING + "Would you buy a Mazda?", "Would you buy a Mazda?", "thread", ()),
    (
        "yes or no over three makers is a poll",
        HEADING + "Will Ford, Kia or Fiat be gone by 2030?",
        "Will Ford, Kia or Fiat be gone by 2030?",
        "poll",
        ("Ford", "Kia", "Fiat"),
    ),
    (
        "any of those named is a poll",
        HEADING + "Will any of these makers leave the deal?",
        "Will any of these makers leave the deal?",
        "poll",
        ("Toyota", "Honda", "Mazda"),
    ),
    (
        "who is a poll",
        HEADING + "Who gains most from this?",
        "Who gains most from this?",
        "poll",
        ("Toyota", "Honda", "Mazda"),
    ),
    (
        "which after a condition is a poll",
        HEADING + "If one maker had to pay for it all, which automaker should it be?",
        "If one maker had to pay for it all, which automaker should it be?",
        "poll",
        ("Toyota", "Honda", "Mazda"),
    ),
    (
        "alternatives in the question are its options",
        HEADING + "Which would you rather own: a Porsche, a Lotus or a Ferrari?",
        "Which would you rather own: a Porsche, a Lotus or a Ferrari?",
        "poll",
        ("Porsche", "Lotus", "Ferrari"),
    ),
    (
        "an abbreviation in brackets ends nothing",
        HEADING + "Which of the automakers has its “mojo” (i.e. builds exciting stuff, vs. dull stuff) intact?",
        "Which of the automakers has its “mojo” (i.e. builds exciting stuff, vs. dull stuff) intact?",
        "poll",
        ("Toyota", "Honda", "Mazda"),
    ),
    (
        "a quoted question is somebody else's",
        HEADING + "“Do we need it?” asked the mayor. “Who pays?” Where should the plant stand?",
        "Where should the plant stand?",
        "thread",
        (),
    ),
    (
        "a tag asks nobody",
        HEADING + "Right? Remember wagons? Where did they go?",
        "Where did they go?",
        "thread",
        (),
    ),
    (
        "another question loses its preamble",
        HEADING + "Here is today’s question: when did you last wash a car? Another question: why?",
        "When did you last wash a car?",
        "thread",
        (),
    ),
    (
        "the comments are not the question",
        HEADING + "How many cars are too many?\nShare on facebook\n3 comments\nIs this on?",
        "How many cars are too many?",
        "thread",
        (),
    ),
    (
        "without a heading the closing question counts",
        "Which of the automakers would you trust with the money?",
        "Which of the automakers would you trust with the money?",
        "poll",
        ("Toyota", "Honda", "Mazda"),
    ),
    (
        "an invitation may follow it",
        "Nobody knows what it will cost. Would you pay for it? Let us know in the comments.",
        "Would you pay for it?",
        "thread",
        (),
    ),
    (
        "an invitation of its own line may follow it",
        "Where would you build the plant, and why there?\nTell us below.",
        "Where would you build the plant, and why there?",
        "thread",
        (),
    ),
    (
        "a short question that is put to readers closes an article",
        "My first car cost 300 dollars. What was yours? Did it have a floor?",
        "What was yours?",
        "thread",
        (),
    ),
    (
        "what leads up to a question says whom it is put to",
        "So, readers, a question: should it have been built at all?",
        "Should it have been built at all?",
        "thread",
        (),
    ),
    (
        "a general question yields to the one beside it",
        "What do you think? Will Toyota pay to the end?",
        "Will Toyota pay to the end?",
        "thread",
        (),
    ),
    (
        "questions of one word after the question name its choices",
        HEADING + "Who’s got the most to lose here? Toyota? Honda? Mazda?",
        "Who’s got the most to lose here?",
        "poll",
        ("Toyota", "Honda", "Mazda"),
    ),
    (
        "Japanese, best",
        "今日の質問\n一番好きな車は何ですか？\nコメント",
        "一番好きな車は何ですか？",
        "write_in",
        (),
    ),
    (
        "Japanese, why",
        "今日の質問\nなぜワゴンは消えたのでしょうか。",
        "なぜワゴンは消えたのでしょうか。",
        "thread",
        (),
    ),
    (
        "Japanese, which",
        "トヨタとホンダとマツダが工場を共有する。トヨタが多く払う。\n今日の質問\nどのメーカーが得をすると思いますか？",
        "どのメーカーが得をすると思いますか？",
        "poll",
        ("Toyota", "Honda", "Mazda"),
    ),
]


@pytest.mark.parametrize(("body", "text", "kind", "options"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_the_question_is_found_with_its_kind_and_options(body, text, kind, options):
    question = find_question(an_article(NEWS + body))
    assert question is not None
    assert (question.text, question.kind.value, question.options) == (text, kind, options)
    assert question.origin is QuestionOrigin.ARTICLE


@pytest.mark.parametrize(
    "body",
    [
        "No question at all.",
        "The union asked, “Where is the money?”",
        "And Mazda’s reply? Silence, and a spreadsheet.",
        "Will it be enough?",
        "That’s rich, isn’t it?",
        "Did the crash kill three because nobody would you say looked? Which of you knows?",
        "Where is it?\n" + "A long last paragraph follows the question and goes on about money, land and water. " * 4,
    ],
)
def test_an_article_that_asks_its_readers_nothing_has_no_question(body):
    assert find_question(an_article(NEWS + body)) is None


def test_a_title_can_be_the_question():
    question = find_question(an_article("Mine was green.", title="QOTD: What’s the worst car you ever owned?"))
    assert question is not None
    assert question.text == "What’s the worst car you ever owned?"
    assert question.kind is QuestionKind.WRITE_IN


def test_options_leave_room_for_other():
    body = "Toyota, Honda, Mazda, Nissan, Subaru, Suzuki, Kia, Ford, Tesla, Rivian, Audi and BMW met.\n"
    question = find_question(an_article(body + HEADING + "Which automaker will win?"))
    assert question is not None
    assert len(question.options) == OPTIONS_MAX


def phrase(message_id, /, **params):
    return f"{message_id} {sorted(params)}"


def a_lead(article):
    return Section(article.title, article.body, (SourceRef("News", article.url),), (article.url,))


def test_a_question_made_from_the_lead_is_flagged_as_suggested():
    article = an_article(NEWS)
    question = suggest_question(a_lead(article), article, phrase)
    assert question is not None
    assert question.origin is QuestionOrigin.SUGGESTED
    assert question.options == ("Toyota", "Honda", "Mazda")


@pytest.mark.parametrize(
    "sentence",
    [
        "Two people died when a truck overturned.",
        "Police arrested a dealer.",
        "Three workers were injured.",
        "He was charged with fraud.",
        "Thieves took 40 cars.",
        "作業員が死亡した。",
        "男を逮捕した。",
        "２人がけがをした。",
    ],
)
def test_nothing_is_suggested_from_a_story_of_death_injury_or_crime(sentence):
    article = an_article(NEWS + sentence)
    assert suggest_question(a_lead(an_article(NEWS)), article, phrase) is None
    assert compose([article], day=date(2026, 1, 1), title="x", phrase=phrase).big_question is None


@pytest.mark.parametrize(
    ("headline", "message_id", "kind"),
    [
        ("Ford and Kia pool their vans", "who_of_two", "poll"),
        ("Fiat recalls 9,000 hatchbacks over a heater", "recall", "thread"),
        ("Dockers on strike in Arden", "strike", "thread"),
        ("Castell to close its plant in Girona", "closes", "thread"),
        ("Pip hatchback gets cheaper", "price", "thread"),
        ("Brussels plans limits on headlights", "rules", "thread"),
        ("Belmar unveils a seven-seater", "reveal", "thread"),
        ("Fiat moves its head office", "right_move", "thread"),
        ("ベルマー、新型SUVを初披露", "reveal", "thread"),
        ("Ferries will run all night", "your_view", "thread"),
    ],
)
def test_what_a_headline_tells_of_decides_what_is_suggested(headline, message_id, kind):
    article = an_article("It was said on Tuesday.", title=headline)
    question = suggest_question(a_lead(article), article, phrase)
    assert question is not None
    assert question.text.startswith(f"edition.question.{message_id} ")
    assert question.kind.value == kind
    assert question.options == (("Ford", "Kia") if kind == "poll" else ())


@pytest.mark.parametrize(
    "text", ["The offer is dead in the water.", "It aced the crash test.", "A price war.", "Deadline Day"]
)
def test_figures_of_speech_are_not_taken_for_death_and_crime(text):
    assert not is_sensitive(text)
