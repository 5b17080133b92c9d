"""Print the part of requirements.lock that the wheel itself needs, without what only its tests do.

A library that the bot imports and only the tests declare is missing there, so that its start fails.

Usage: python .ci/runtime_lock.py [EXTRA…]
"""

import importlib.metadata
import re
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

DISTRIBUTION = "paddock-bot"
LOCK = Path(__file__).parent.parent / "requirements.lock"


def needed(distribution: str, extras: frozenset[str], found: set[tuple[str, frozenset[str]]]) -> None:
    """Collect into `found` what the installed `distribution` requires here, with what that requires in turn."""
    for line in importlib.metadata.requires(distribution) or ():
        requirement = Requirement(line)
        marker = requirement.marker
        if marker and not any(marker.evaluate({"extra": extra}) for extra in extras or {""}):
            continue
        item = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if item not in found:
            found.add(item)
            needed(*item, found)


def main() -> None:
    """Print the entries, hashes and all."""
    found: set[tuple[str, frozenset[str]]] = set()
    needed(DISTRIBUTION, frozenset(sys.argv[1:]), found)
    names = {name for name, _ in found}
    for entry in re.split(r"\n(?=\S)", LOCK.read_text(encoding="utf-8").strip()):
        if canonicalize_name(entry.partition("==")[0]) in names:
            sys.stdout.write(entry + "\n")


if __name__ == "__main__":
    main()
