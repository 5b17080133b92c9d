from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.edition import Answer, Edition, LookBack, QuestionKind, QuestionOrigin, Section, SourceRef
from bot.domain.week import compose_week
from bot.text import LANGUAGES, text

MONDAY = date(2026, 3, 2)
SUNDAY = MONDAY + timedelta(days=6)
TALES = (
    ("Halden recalls 212,000 Kestrel pickups", "A brake hose of the Kestrel may leak, Halden said."),
    ("Valmo opens a school for welders", "Forty welders begin their training in Aldmouth."),
    ("New ferry crosses the bay from May", "The county has ordered a ferry for ninety cars."),
    ("Bridge at Korrby gets a toll", "Drivers pay two crowns for each crossing."),
    ("Okafor wins in the rain at Monte Lago", "Daniel Okafor stayed on wet tyres and won."),
    ("Mitaka shows a van with a bed", "The seats fold into a bed for two."),
)


def phrase(message_id, /, **params):
    return text(message_id, "en", **params)


def section(number, outlet="News", **changes):
    headline, summary = TALES[number]
    url = f"https://{outlet.lower()}.example/{number}"
    values = {"headline": headline, "summary": summary, "sources": (SourceRef(outlet, url),), "articles": (url,)}
    return Section(**values | changes)


def edition(days, *sections, look_back=None):
    lead, *others = sections
    return Edition("Morning", MONDAY + timedelta(days=days), lead, tuple(others), None, (), look_back=look_back)


def of_week(*editions, **options):
    return compose_week(editions, day=SUNDAY, title="The week", phrase=phrase, **options)


def headlines(week):
    return [one.headline for one in (week.lead, *week.sections) if one]


def test_what_led_a_day_comes_before_what_did_not():
    week = of_week(edition(0, section(1), section(2)), edition(1, section(3), section(4)))
    assert set(headlines(week)[:2]) == {TALES[1][0], TALES[3][0]}
    assert set(headlines(week)[2:]) == {TALES[2][0], TALES[4][0]}


def test_a_story_that_moved_on_is_told_once_as_it_stood_last_and_comes_first():
    later = section(
        0,
        "Ledger",
        headline="Halden widens Kestrel recall to 380,000 pickups",
        summary="A brake hose of more Kestrel pickups may leak, Halden said.",
        is_update=True,
    )
    pictured = section(0, image_url="https://news.example/a.jpg", image_source="News")
    week = of_week(edition(0, section(1), pictured), edition(2, section(2), later), edition(3, section(3)))
    assert week.lead is not None
    assert (week.lead.headline, week.lead.is_update) == (later.headline, False)
    assert [ref.name for ref in week.lead.sources] == ["Ledger", "News"]
    assert week.lead.articles == ("https://ledger.example/0", "https://news.example/0")
    assert (week.lead.image_url, week.lead.image_source) == ("https://news.example/a.jpg", "News")
    assert TALES[0][0] not in headlines(week)


def test_the_parts_of_one_column_are_stories_of_their_own():
    page = ("https://column.example/monday",)
    week = of_week(edition(0, *(section(number, articles=page) for number in range(3))))
    assert len(headlines(week)) == 3


def test_the_answers_of_the_week_stand_in_the_order_of_their_days():
    first = LookBack(MONDAY, "Which one?", None, (Answer("Kia", 3),), votes_n=3)
    second = LookBack(MONDAY + timedelta(days=1), "Why?", None, comments_n=12)
    week = of_week(edition(2, section(2), look_back=second), edition(1, section(1), look_back=first))
    assert week.look_backs == (first, second)
    assert week.look_back is None


def test_readers_choose_the_story_of_the_week_but_not_among_deaths():
    crash = section(0, headline="Three die as truck overturns", summary="Police are looking for witnesses.")
    week = of_week(edition(0, crash, section(1), section(2), section(3)))
    question = week.big_question
    assert question is not None
    assert (question.kind, question.origin) == (QuestionKind.POLL, QuestionOrigin.SUGGESTED)
    assert set(question.options) == {TALES[number][0] for number in (1, 2, 3)}
    assert of_week(edition(0, section(1), section(2))).big_question is None
    assert all(text("edition.question.of_the_week", language) for language in LANGUAGES)


def test_a_week_of_nothing_is_empty():
    week = of_week()
    assert (week.lead, week.sections, week.big_question, week.stories) == (None, (), None, ())


@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.lists(st.integers(0, 5), min_size=1, max_size=4, unique=True)), max_size=7
    ),
    st.randoms(use_true_random=False),
)
def test_no_story_is_lost_or_told_twice_whatever_the_order_of_the_editions(days, random):
    editions = [edition(day, *map(section, numbers)) for day, numbers in days]
    week = of_week(*editions)
    told = [*headlines(week), *(one.headline for one in week.reserve)]
    assert sorted(told) == sorted({TALES[number][0] for _, numbers in days for number in numbers})
    every = [one for one in (week.lead, *week.sections, *week.reserve) if one]
    assert [one.number for one in every] == list(range(len(every)))
    random.shuffle(editions)
    assert of_week(*editions) == week
