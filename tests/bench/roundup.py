"""What a morning costs: 2,000 articles of 100 feeds parsed, grouped and summarised, beside feedparser alone.

Both read the same bytes in turn, so that whatever else the machine does falls on both. Memory is the peak of a process
that does nothing else. The articles are generated from a fixed seed: each event is told by three outlets or so in words
of their own, as HTML, like real feeds. Run as ``python -m tests.bench.roundup``; exits with 1 if the promise is broken.
"""

import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from html import escape
from io import BytesIO
from pathlib import Path

import feedparser

from bot.domain.compose import compose
from bot.domain.summary import summarise
from bot.feeds.parse import parse_feed

FEEDS = 100
ARTICLES_OF_A_FEED = 20
EVENTS = 650  # about three reports each
PARAGRAPHS = 5
SENTENCES = 4
RATIO_MAX = 2.0  # what was promised
MEMORY_MAX_MB = 300
PAIRS = 3
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)

_SYLLABLES_TEXT = "ka ro mi ten val dor his su pel ran gor eth lin bas mar ol ver tis qua zen fal ind or um cre sto"
_SYLLABLES = _SYLLABLES_TEXT.split()
_COMMON_TEXT = (
    "the a of in to and for with on by from its new first plan cars price company year market plant model sales makers "
    "drivers buyers battery report week after before will said could more less than other while since under over"
)
_COMMON: list[str] = _COMMON_TEXT.split()
_VERBS_TEXT = "builds sells recalls opens closes cuts raises shows plans delays buys tests drops wins loses joins"
_VERBS = _VERBS_TEXT.split()


def main() -> int:
    """Print the ratio of times and the peak of memory."""
    feeds = generated()
    pairs: list[tuple[float, float]] = []
    for _ in range(PAIRS):
        theirs_s = _seconds(lambda: feedparser_alone(feeds))
        pairs.append((_seconds(lambda: morning(feeds)), theirs_s))
    ours_s = statistics.median(ours for ours, _ in pairs)
    theirs_s = statistics.median(theirs for _, theirs in pairs)
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    ours_mb, theirs_mb = (_peak_mb(what) for what in ("morning", "feedparser_alone"))
    sys.stdout.write(
        f"{FEEDS} feeds, {FEEDS * ARTICLES_OF_A_FEED} articles, {sum(map(len, feeds)) / 1e6:.1f} MB\n"
        f"parsed, grouped and summarised  {ours_s:6.2f} s   peak {ours_mb:4.0f} MB  (at most {MEMORY_MAX_MB})\n"
        f"feedparser alone                {theirs_s:6.2f} s   peak {theirs_mb:4.0f} MB\n"
        f"ratio                           {ratio:6.2f}     (at most {RATIO_MAX}; medians of {PAIRS} pairs)\n"
    )
    return 0 if ratio <= RATIO_MAX and ours_mb <= MEMORY_MAX_MB else 1


def morning(feeds: Sequence[bytes]) -> None:
    """Do what a morning does, but for the network and Discord."""
    articles = [
        article
        for number, body in enumerate(feeds)
        for article in parse_feed(body, url=f"https://feed{number}.example/rss", content_type=None).articles
    ]
    edition = compose(articles, day=date(2026, 3, 3), title="Morning", now=NOON)
    # An edition quotes a dozen of them; here each is summarised.
    summaries = [summarise(article) for article in articles]
    told = sum(map(len, edition.stories))
    if not all(summaries) or told != FEEDS * ARTICLES_OF_A_FEED or edition.lead is None:
        raise SystemExit(f"the edition is not what it should be: {told} articles in its stories")


def feedparser_alone(feeds: Sequence[bytes]) -> None:
    """Parse the same bytes with feedparser as it comes."""
    for body in feeds:
        feedparser.parse(BytesIO(body))


def generated() -> list[bytes]:
    """Return the feeds as RSS 2.0, the same each time."""
    dice = random.Random(2026)  # samples, not secrets
    names = ["".join(dice.choices(_SYLLABLES, k=3)).capitalize() for _ in range(EVENTS * 4)]
    slots = [place % EVENTS for place in range(FEEDS * ARTICLES_OF_A_FEED)]
    dice.shuffle(slots)
    return [_feed(number, [_item(dice, event, names) for event in slots[number::FEEDS]]) for number in range(FEEDS)]


def _feed(number: int, items: Sequence[str]) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Outlet {number}</title><link>https://outlet{number}.example/</link>{''.join(items)}</channel></rss>"
    ).encode()


def _item(dice: random.Random, event: int, names: Sequence[str]) -> str:
    who = names[event * 4 : event * 4 + 4]
    figure = 1_000 + event * 37
    sentences = [_sentence(dice, who, figure) for _ in range(PARAGRAPHS * SENTENCES)]
    paragraphs = [" ".join(sentences[place : place + SENTENCES]) for place in range(0, len(sentences), SENTENCES)]
    body = "".join(f'<p class="story">{paragraph} <a href="/more?a=1&amp;b=2">more</a></p>' for paragraph in paragraphs)
    address = f"https://outlet.example/{event}/{dice.getrandbits(48):x}"
    published = format_datetime(NOON - timedelta(minutes=dice.randrange(1_400)))
    title = f"{who[0]} {dice.choice(_VERBS)} {figure} {who[1]} {dice.choice(_COMMON)}"
    return (
        f"<item><title>{title}</title><link>{address}</link><guid>{address}</guid><pubDate>{published}</pubDate>"
        f"<description>{escape(' '.join(sentences[:2]))}</description>"
        f"<content:encoded><![CDATA[{body}<p>Photo: Outlet</p>]]></content:encoded></item>"
    )


def _sentence(dice: random.Random, who: Sequence[str], figure: int) -> str:
    words: list[str] = dice.choices(_COMMON, k=14)
    words[dice.randrange(1, 14)] = dice.choice(who)
    words[dice.randrange(1, 14)] = str(figure) if dice.random() < 0.4 else dice.choice(_VERBS)
    words[0] = words[0].capitalize()
    return " ".join(words) + "."


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _peak_mb(what: str) -> float:
    done = subprocess.run([sys.executable, "-m", __spec__.name, what], capture_output=True, text=True, check=True)
    return float(done.stdout)


def _own_peak_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says on Linux is no less than what the parent had when it forked
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # bytes on macOS


if __name__ == "__main__":
    if len(sys.argv) > 1:
        {"morning": morning, "feedparser_alone": feedparser_alone}[sys.argv[1]](generated())
        sys.stdout.write(str(_own_peak_mb()))
    else:
        sys.exit(main())
