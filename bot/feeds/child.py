"""The parser's process: reads documents from its standard input and answers with what each says.

Started by `bot.feeds.worker` as ``python -m bot.feeds.child TIMEOUT_S MEMORY_BYTES``. It knows no secrets,
opens no files and no connections, and ends when its input does, which is when the bot does.
"""

import json
import os
import signal
import sys
from typing import BinaryIO

from bot.domain.feed import FeedError, ParserFailedError
from bot.feeds import wire
from bot.feeds.discover import find_feeds
from bot.feeds.opml import read_opml
from bot.feeds.page import parse_article
from bot.feeds.parse import parse_feed

READY = b"ready"
EXIT_OUT_OF_MEMORY = 3
# The bot ends a slow parse; should the bot be gone by then, the alarm does, this much later.
ALARM_GRACE_S = 5


def main() -> None:
    """Serve requests until the input ends."""
    timeout_s, memory_bytes = float(sys.argv[1]), int(sys.argv[2])
    _limit_memory(memory_bytes)
    requests = sys.stdin.buffer
    # A library that prints must not write into our frames: they get a descriptor of their own.
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        _send(answers, READY)
        while (header := _receive(requests)) is not None and (body := _receive(requests)) is not None:
            _set_alarm(timeout_s + ALARM_GRACE_S)
            answer = _answer(header, body)
            _set_alarm(0)
            _send(answers, answer)


def _answer(header: bytes, body: bytes) -> bytes:
    request: dict[str, str] = json.loads(header)
    url, content_type = request["url"], request["content_type"]
    try:
        match request["kind"]:
            case wire.ARTICLE:
                return wire.pack_result(parse_article(body, url=url, content_type=content_type))
            case wire.LINKS:
                return wire.pack_result(find_feeds(body, url=url, content_type=content_type))
            case wire.OUTLINES:
                return wire.pack_result(read_opml(body, content_type=content_type))
            case _:
                return wire.pack_result(parse_feed(body, url=url, content_type=content_type))
    except FeedError as error:
        return wire.pack_refusal(error)
    except MemoryError:
        # What is left of the memory is not worth going on with; the next request gets a new process.
        os._exit(EXIT_OUT_OF_MEMORY)
    except Exception:  # noqa: BLE001  # whatever a parser does on strangers' bytes is an answer about those bytes
        return wire.pack_refusal(ParserFailedError(url=url))


def _receive(requests: BinaryIO) -> bytes | None:
    length = requests.read(wire.LENGTH.size)
    if len(length) < wire.LENGTH.size:
        return None
    size: int = wire.LENGTH.unpack(length)[0]
    payload = requests.read(size)
    return payload if len(payload) == size else None


def _send(answers: BinaryIO, payload: bytes) -> None:
    answers.write(wire.frame(payload))
    answers.flush()


def _limit_memory(memory_bytes: int) -> None:
    try:
        import resource  # noqa: PLC0415  # Unix only
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _set_alarm(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        # Unhandled, SIGALRM ends the process even inside a library's C code.
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    main()
