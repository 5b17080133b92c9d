"""What the documents claim about the code, held against the code."""

import re
from pathlib import Path

import pytest

from bot.edge.permissions import INVITED, INVITED_TO_MODERATE
from bot.settings import KEYS

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
PATH = re.compile(r"`((?:bot|cogs|migrations|tests|docs)/[\w/.]+)`")
NAMED_IN = re.compile(r"`(?:[A-Z]\w*\.)?(\w+)`\s+\(`((?:bot|cogs)/[\w/]+\.py)`\)")


def code():
    return "\n".join(
        path.read_text(encoding="utf-8") for folder in ("bot", "cogs") for path in ROOT.glob(f"{folder}/**/*.py")
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file(document):
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_is_named_exists(document):
    for path in PATH.findall(document.read_text(encoding="utf-8")):
        assert (ROOT / path).exists(), path


def test_what_the_walks_name_stands_where_they_say():
    named = NAMED_IN.findall((ROOT / "docs/architecture.md").read_text(encoding="utf-8"))
    assert len(named) >= 12
    for name, path in named:
        source = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"\b{re.escape(name)}\b", source), f"{name} in {path}"


def test_every_class_and_method_of_the_walks_is_in_the_code():
    everything = code()
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    for owner, method in re.findall(r"`([A-Z]\w+)\.(\w+)`", text):
        assert re.search(rf"^class {owner}\b", everything, re.MULTILINE), owner
        assert re.search(rf"\bdef {method}\b", everything), method


def test_the_invitations_ask_for_exactly_what_the_bot_needs():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    asked = [int(found) for found in re.findall(r"permissions=(\d+)", readme)]
    assert asked == [INVITED.value, INVITED_TO_MODERATE.value]


def test_every_setting_has_its_default_explained():
    explained = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/defaults.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(explained) == sorted(KEYS)


def test_the_readme_names_every_command():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme[readme.index("## Commands") : readme.index("On the command line")]
    named = set(re.findall(r"/(\w+)", table))
    groups = set(re.findall(r'group_name="(\w+)"', code()))
    described = r"description=described\(\"(?:guild|help|vote)\.command\.(\w+)\""
    single = set(re.findall(rf"@app_commands\.command\((?:name=\"\w+\", )?{described}", code()))
    assert named == groups | single
