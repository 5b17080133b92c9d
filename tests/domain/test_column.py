from pathlib import Path
from typing import NamedTuple

import pytest

from bot.domain.article import Article
from bot.domain.column import named_outlet, read_column
from bot.domain.outline import outline
from bot.domain.question import find_question

COLUMNS = sorted((Path(__file__).parent / "labelled" / "columns").glob("*.txt"))


class Sample(NamedTuple):
    article: Article
    expected: dict[str, str]


def load(path: Path) -> Sample:
    head, body = path.read_text(encoding="utf-8").split("---\n", 1)
    expected = dict(line.split(": ", 1) for line in head.strip().splitlines())
    url = f"https://column.example/{path.stem}"
    article = Article(key=url, url=url, title=expected["title"], source="The Column", body=body)
    return Sample(article, expected)


@pytest.fixture(params=COLUMNS, ids=lambda path: path.stem)
def sample(request):
    return load(request.param)


def test_a_column_has_its_headings_as_parts_and_no_caption_among_them(sample):
    column = read_column(sample.article)
    parts = [part.headline for part in column.parts] if column else ["-"]
    assert " | ".join(parts) == sample.expected["parts"]


def test_a_part_names_the_outlet_that_it_quotes(sample):
    column = read_column(sample.article)
    parts = column.parts if column else ()
    outlets = [next((q.outlet for q in part.quotations if q.outlet), None) or "-" for part in parts] or ["-"]
    assert " | ".join(outlets) == sample.expected["outlets"]


def test_the_question_of_a_column_is_found_with_its_kind_and_options(sample):
    question = find_question(sample.article)
    if sample.expected["question"] == "-":
        assert question is None
        return
    assert question is not None
    assert question.text == sample.expected["question"]
    assert question.kind.value == sample.expected["kind"]
    options = sample.expected.get("options")
    assert (set(question.options), question.options[:1]) == (
        (set(options.split(" | ")), (options.split(" | ")[0],)) if options else (set(), ())
    )


def test_captions_credits_and_comments_are_no_prose_of_a_column():
    prose = "\n".join(
        paragraph
        for name in ("headings_and_captions", "captions_between")
        for section in outline(load(COLUMNS[0].with_name(f"{name}.txt")).article)
        for paragraph in (section.heading, *section.prose)
    )
    for left_out in (
        "Vidslot",
        "Valmo V70 Estate",
        "Photo",
        "Tmd Wagon",
        "Notify",
        "Corolla",
        "front 3/4",
        "Mitaka Tanuki rear",
    ):
        assert left_out not in prose


def test_an_article_on_one_subject_with_headings_is_no_column():
    body = (
        "Two makers will build small vans together, they said on Monday.\nA Fortress for the Home Market\n"
        "The vans are small. They sell well.\nWhat to Expect From the Partners\nCheap vans, mostly. Some are blue.\n"
    )
    article = Article(key="1", url="https://news.example/1", title="Two makers join forces", source="News", body=body)
    assert read_column(article) is None


@pytest.mark.parametrize(
    ("sentence", "outlet"),
    [
        ("Here’s how Reuters explains it", "Reuters"),
        ("Per The Detroit News", "The Detroit News"),
        (
            "It has 27 dealers according to a regulatory filing picked up by Automotive News",
            "Automotive News",
        ),
        ("From Bloomberg’s Keith Naughton", "Bloomberg"),
        ("As the Financial Times reported", "Financial Times"),
        ("Here's what Halden's Jim Tolland told Autocar", "Autocar"),
        ("Barra added", None),
        ("GM CEO Mary Barra said", None),
        ("Three things matter here", None),
    ],
)
def test_the_outlet_before_a_quotation_is_told_from_who_speaks_in_it(sentence, outlet):
    assert named_outlet(sentence, known_only=False) == outlet
