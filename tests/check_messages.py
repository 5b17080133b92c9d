"""Whether every message exists, in every language, with the placeholders that the code fills.

Run by ``make check`` (``python -m tests.check_messages``) and by ``tests/test_text.py``. It reads the tree
that it stands in, without importing it.
"""

import ast
import re
import string
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeGuard

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po

ROOT = Path(__file__).parent.parent
SOURCE_LANGUAGE = "en"
MESSAGE_ID = re.compile(r"(?!.*\.(?:html|j2|json|po|txt)$)[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")  # but not a file's name
TEMPLATE_ID = re.compile(r"""["']([a-z][a-z0-9_.]+)["']""")
# What needs no translation: placeholders and names. A message that holds no other word may be the same everywhere.
NAMES = re.compile(r"\{[^}]*\}|\b(?:Paddock|Discord|RSS|Atom)\b")

# Where every sentence is meant for people, unless it is logged, raised at a programmer, or says why not.
SPOKEN = ("cogs/", "bot/edge/", "bot/services/")
PRINTED = ("bot/__main__.py", "bot/cli/")
SENTENCE = re.compile(r"[A-Za-z]{2,}[,.!?:]?\s+[A-Za-z]{2,}")
SHOWN_ARGUMENTS = frozenset({"content", "description", "label", "placeholder", "title"})
OPT_OUT = "# not shown:"  # followed by the reason, on the line itself

Catalogues = dict[str, dict[str, tuple[str, ...]]]  # language, id, forms (one, or a plural's)


@dataclass
class Uses:
    """What the code says about messages; `where` is always ``path:line``."""

    ids: dict[str, str] = field(default_factory=dict)  # id, where
    families: dict[str, str] = field(default_factory=dict)  # pattern of ids that are put together, where
    calls: list[tuple[str, frozenset[str], str]] = field(default_factory=list)  # id, names filled, where
    untranslated: list[str] = field(default_factory=list)


def main() -> int:
    """Print what is wrong, one line each; return the exit code."""
    problems = check(ROOT)
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    return 1 if problems else 0


def check(root: Path) -> list[str]:
    """Return everything that is wrong with the messages of the tree at `root`."""
    catalogues, problems = read_catalogues(root)
    source = catalogues[SOURCE_LANGUAGE]
    for language, messages in catalogues.items():
        problems += [f"{language}: {name} is missing" for name in source.keys() - messages.keys()]
        problems += [f"{language}: {name} is not in English" for name in messages.keys() - source.keys()]
        for name in messages.keys() & source.keys():
            ours, theirs = placeholders(messages[name]), placeholders(source[name])
            if ours != theirs:
                problems.append(f"{language}: {name} fills {sorted(ours)}, in English {sorted(theirs)}")
    japanese = catalogues.get("ja", {})
    for name in japanese.keys() & source.keys():
        words = any(character.isalpha() for form in source[name] for character in NAMES.sub("", form))
        if words and japanese[name] == source[name]:
            problems.append(f"ja: {name} is not translated")
    known = frozenset(path.stem for path in (root / "bot/locales").glob("*/*.po"))
    return sorted(problems + check_uses(find_uses(root, known), source))


def check_uses(uses: Uses, source: dict[str, tuple[str, ...]]) -> list[str]:
    """Compare what the code asks for with what there is."""
    problems = [f"{where}: there is no message {name}" for name, where in uses.ids.items() if name not in source]
    problems += [
        f"{where}: no message is like {pattern}"
        for pattern, where in uses.families.items()
        if not any(re.fullmatch(pattern, name) for name in source)
    ]
    families = re.compile("|".join(uses.families) or "(?!)")
    problems += [f"nothing says {name}" for name in source if name not in uses.ids and not families.fullmatch(name)]
    for name, filled, where in uses.calls:
        missing = placeholders(source[name]) - filled if name in source else frozenset[str]()
        problems += [f"{where}: {name} needs {{{placeholder}}}" for placeholder in sorted(missing)]
    return problems + uses.untranslated


def placeholders(forms: tuple[str, ...]) -> frozenset[str]:
    """Return the names in braces; a plural's ``count`` goes without saying, as "one vote" needs none."""
    names = {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name is not None}
    return frozenset(names - {"count"} if _is_plural(forms) else names)


def read_catalogues(root: Path) -> tuple[Catalogues, list[str]]:
    """Read every catalogue, and what is wrong with the files themselves."""
    catalogues: Catalogues = {}
    problems: list[str] = []
    for path in sorted((root / "bot/locales").glob("*/*.po")):
        where = f"{path.parent.name}/{path.name}"
        language = catalogues.setdefault(path.parent.name, {})
        try:
            with path.open("rb") as file:
                catalogue = read_po(file, locale=path.parent.name, abort_invalid=True)
        except PoFileError as error:
            problems.append(f"{where}: {error}")
            continue
        given = re.findall(r'^msgid "(.+)"', path.read_text(encoding="utf-8"), re.MULTILINE)
        problems += [f"{where}: {name} stands there twice" for name in set(given) if given.count(name) > 1]
        problems += _check_entries(catalogue, where, path.stem)
        for message in catalogue:
            if message.id:
                plural = isinstance(message.id, tuple | list)
                language[_name(message.id)] = ("", *_forms(message.string)) if plural else _forms(message.string)
    return catalogues, problems


def _check_entries(catalogue: Catalog, where: str, feature: str) -> Iterator[str]:
    for message in catalogue:
        if not message.id:
            continue
        name, forms = _name(message.id), _forms(message.string)
        if not MESSAGE_ID.fullmatch(name) or not name.startswith(f"{feature}."):
            yield f"{where}: {name} has to be {feature}.something"
        if message.fuzzy or not all(forms):
            yield f"{where}: {name} is not finished"


def _is_plural(forms: tuple[str, ...]) -> bool:
    return forms[0] == ""  # `read_catalogues` marks them so: Japanese plurals have a single form


def _name(message_id: str | tuple[str, ...] | list[str]) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]


def _forms(message: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (message or "",) if isinstance(message, str) or message is None else tuple(message)


def find_uses(root: Path, known: frozenset[str]) -> Uses:
    """Read the code of the bot and its cogs; `known` are the first parts that ids can have."""
    uses = Uses()
    errors: dict[str, str] = {}
    trees: list[tuple[ast.Module, str, list[str]]] = []
    for path in sorted([*root.glob("bot/**/*.py"), *root.glob("cogs/**/*.py")]):
        content = path.read_text(encoding="utf-8")
        tree = ast.parse(content)
        trees.append((tree, path.relative_to(root).as_posix(), content.splitlines()))
        errors |= _error_messages(tree)
    for tree, path, lines in trees:
        no_ids, speakers = _no_ids(tree), _speakers(tree)
        for node in ast.walk(tree):
            where = f"{path}:{getattr(node, 'lineno', 0)}"
            if node not in no_ids:
                _note_ids(node, where, known, uses)
            _note_call(node, where, errors, speakers, uses)
        if path.startswith((*SPOKEN, *PRINTED)):
            uses.untranslated += _untranslated(tree, path, lines, printed=path.startswith(PRINTED))
    for template in sorted(root.glob("bot/**/*.j2")):
        for number, line in enumerate(template.read_text(encoding="utf-8").splitlines(), 1):
            where = f"{template.relative_to(root).as_posix()}:{number}"
            uses.ids.update((name, where) for name in TEMPLATE_ID.findall(line) if MESSAGE_ID.fullmatch(name))
    return uses


def _speakers(tree: ast.Module) -> frozenset[str]:
    """Return which of `text` and `plural` are those of `bot.text` here; SQLAlchemy has a `text` too."""
    others = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module != "bot.text"
        for alias in node.names
    }
    return frozenset({"text", "plural"} - others)


def _no_ids(tree: ast.Module) -> set[ast.AST]:
    """Return what looks like an id and is none: the beginning of one put together, the column of a table."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            found.update(node.values)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "ForeignKey":
            found.update(node.args)
    return found


def _note_ids(node: ast.AST, where: str, known: frozenset[str], uses: Uses) -> None:
    match node:
        case ast.Constant(value=str(value)) if MESSAGE_ID.fullmatch(value) and value.split(".")[0] in known:
            uses.ids.setdefault(value, where)
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), *rest]) if start.split(".")[0] in known:
            parts = [re.escape(str(part.value)) if _is_text(part) else "[a-z0-9_.]+" for part in rest]
            pattern = re.escape(start) + "".join(parts)
            if "." in start and " " not in pattern:
                uses.families.setdefault(pattern, where)
        case (
            ast.Assign(targets=[ast.Name(id="message_id")], value=ast.Constant(value=str(value)))
            | ast.AnnAssign(target=ast.Name(id="message_id"), value=ast.Constant(value=str(value)))
        ):
            uses.ids.setdefault(value, where)
        case _:
            pass


def _note_call(node: ast.AST, where: str, errors: dict[str, str], speakers: frozenset[str], uses: Uses) -> None:
    match node:
        case ast.Call(func=ast.Name(id=kind), args=[ast.Constant(value=str(name)), *_]) if kind in speakers:
            uses.ids.setdefault(name, where)
        case ast.Call(func=ast.Name(id=kind), args=[]) if kind in errors:
            name = errors[kind]
        case _:
            return
    names = {keyword.arg for keyword in node.keywords}
    if None not in names:  # ** fills what cannot be seen here
        uses.calls.append((name, frozenset(filter(None, names)), where))


def _error_messages(tree: ast.Module) -> dict[str, str]:
    """Return the message of each error class that takes its parameters as they come."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef) or not node.name.endswith("Error"):
            continue
        if any(isinstance(item, ast.FunctionDef) and item.name == "__init__" for item in node.body):
            continue
        for item in node.body:
            match item:
                case ast.Assign(targets=[ast.Name(id="message_id")], value=ast.Constant(value=str(value))):
                    found[node.name] = value
                case _:
                    pass
    return found


def _untranslated(tree: ast.Module, path: str, lines: list[str], *, printed: bool) -> Iterator[str]:
    """Find sentences for people that stand in the code.

    What is logged or raised is for whoever runs or writes the bot, and a docstring is nobody's message. With
    `printed`, only what is passed to ``print`` is looked at.
    """
    spared = _spared(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or node in spared:
            continue
        if printed and ast.unparse(node.func) != "print":
            continue
        shown: list[tuple[str | None, ast.expr]] = [(None, argument) for argument in node.args]
        shown += [(keyword.arg, keyword.value) for keyword in node.keywords]
        for name, value in shown:
            for part in ast.walk(value):
                if part in spared or not _is_text(part) or OPT_OUT in lines[part.lineno - 1]:
                    continue
                content = str(part.value)
                word = name in SHOWN_ARGUMENTS and part is value and not MESSAGE_ID.fullmatch(content)
                if SENTENCE.search(content) or (word and any(map(str.isalpha, content))):
                    spared.add(part)  # its outer calls hold it too
                    yield f"{path}:{part.lineno}: {content!r} is not in the catalogues"


def _spared(tree: ast.Module) -> set[ast.AST]:
    spared: set[ast.AST] = set()
    for node in ast.walk(tree):
        aside = isinstance(node, ast.Raise | ast.Assert) or (isinstance(node, ast.Expr) and _is_text(node.value))
        if aside or (isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("log.", "re.compile", "cast"))):
            spared.update(ast.walk(node))
    return spared


def _is_text(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


if __name__ == "__main__":
    sys.exit(main())
