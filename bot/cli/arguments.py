"""How the arguments are read before Typer sees them."""

from collections.abc import Iterable, Sequence


def repeat_flags(arguments: Sequence[str], flags: Iterable[str]) -> list[str]:
    """Let some flags take several values: ``--feed a b`` becomes ``--feed a --feed b``.

    Typer's options take a fixed number of values, but a shell expands ``--feed feeds/*.xml`` into many. A
    value that starts with a dash has to be written ``./-name``. Commands that have such a flag take no
    positional arguments.
    """
    names = frozenset(flags)
    repeated: list[str] = []
    flag: str | None = None
    filled = False
    for argument in arguments:
        name, equals, _ = argument.partition("=")
        if argument.startswith("-"):
            flag = name if name in names else None
            filled = bool(equals)
        elif flag is not None:
            if filled:
                repeated.append(flag)
            filled = True
        repeated.append(argument)
    return repeated
