from hypothesis import given
from hypothesis import strategies as st

from bot.domain.article import Article
from bot.domain.boilerplate import is_boilerplate, is_credit, without_teasers
from bot.domain.summary import SUMMARY_WORDS_MAX, headline, quote, summarise
from bot.domain.wording import clean, count_words

PIECES = st.lists(
    st.sampled_from(
        [
            *"abc",
            "Halden",
            "U.S.",
            "brakes.",
            "“why?”",
            "電気",
            "自動車。",
            "\n",
            "212,000",
            "Continue reading",
            "…",
            "-",
        ]
    ),
    max_size=150,
).map(" ".join)


def an_article(**changes):
    return Article(
        **{
            "key": "1",
            "url": "https://a.example/1",
            "title": "Halden calls back Kestrel",
            "source": "A",
            **changes,
        }
    )


@given(PIECES, PIECES)
def test_a_summary_is_verbatim_and_has_at_most_sixty_words(summary, body):
    quoted = summarise(an_article(summary=summary, body=body))
    assert count_words(quoted) <= SUMMARY_WORDS_MAX
    assert quoted.removesuffix("…") in clean(summary) + "\n" + "\n".join(map(clean, body.splitlines()))


def test_the_description_of_the_publisher_comes_first():
    article = an_article(
        summary="Halden will mend the brake hoses of all its pickups. More below.",
        body="Other words stand here.",
    )
    assert summarise(article) == "Halden will mend the brake hoses of all its pickups. More below."


def test_a_description_that_says_nothing_gives_way_to_the_text():
    body = "Halden calls back 212,000 Kestrel pickups. Dealers mend them."
    for poor in ("", "Read more", "Halden calls back Kestrel", "Our weekly news."):
        assert summarise(an_article(summary=poor, body=body)) == body


def test_the_sentence_that_carries_the_story_is_preferred_to_small_talk():
    body = (
        "It was raining again in the capital on the first day of spring, and nobody had brought an umbrella.\n"
        "Halden calls back 212,000 Kestrel pickups because a hose leaks. Dealers will mend each Kestrel.\n"
        "The Kestrel hose rubs, Halden says."
    )
    assert summarise(an_article(body=body)).startswith("Halden calls back 212,000 Kestrel pickups")


def test_headings_captions_and_credits_are_not_quoted():
    body = "Kestrel pickup front 3/4\nPhoto: Halden\nHalden calls back 212,000 Kestrel pickups. Dealers mend them."
    assert summarise(an_article(body=body)) == "Halden calls back 212,000 Kestrel pickups. Dealers mend them."


def test_a_dateline_is_left_out():
    assert quote(["TOKYO, Oct. 25 (Reuters) - Mitaka showed a van."]) == "Mitaka showed a van."
    assert quote(["【福井】ミタカが電池を生産する。"]) == "ミタカが電池を生産する。"
    assert quote(["The EV-1 - a car - returns."]) == "The EV-1 - a car - returns."


def test_a_sentence_too_long_is_cut_at_a_word():
    shortened = quote([" ".join(["word"] * 90) + "."])
    assert shortened == " ".join(["word"] * 60) + "…"


def test_a_page_without_a_title_is_headed_by_the_sentence_that_carries_it():
    opening = "In the great chess match of our time, the moves that matter most are seldom the loud ones, one hears."
    body = f"{opening} Halden and Valmo will build vans. Halden brings it.\nValmo brings vans, Halden a plant."
    assert headline(an_article(title=opening, body=body)) == "Halden and Valmo will build vans."


def test_teasers_and_cut_ends_are_dropped_from_a_description():
    assert without_teasers("Halden mends hoses. Dealers were told that […]") == "Halden mends hoses."
    assert without_teasers("Halden mends hoses. Continue reading…") == "Halden mends hoses."
    assert without_teasers("Halden mends hoses. The post Hoses appeared first on Motorline.") == "Halden mends hoses."
    assert without_teasers("Halden mends hoses [...]") == "Halden mends hoses"
    assert without_teasers("ホースを直す。続きを読む") == "ホースを直す。"


def test_lines_of_the_page_are_told_from_lines_of_the_article():
    for line in (
        "Share on facebook",
        "Notify of",
        "Inline Feedbacks",
        "View all comments",
        "7 months ago",
        "Home » News",
        "広告",
        "Disclosure: Images rendered by a machine",
        "***",
    ):
        assert is_boilerplate(line)
    for line in (
        "Shares fell 2 percent.",
        "Home prices rose.",
        "Comments by the boss moved the market.",
        "広告費が増えた。",
    ):
        assert not is_boilerplate(line)
    assert is_credit("Photo credit: VinFast")
    assert is_credit("写真：ミタカ")
    assert not is_credit("Photos of the car leaked on Monday.")
