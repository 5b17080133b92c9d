"""Messages as they are sent: what stands in them, and whether Discord would take them."""

from collections.abc import Iterator

from discord import ui


def parts(view: ui.LayoutView) -> list[dict]:
    def walk(components) -> Iterator[dict]:
        for component in components:
            yield component
            yield from walk(component.get("components", ()))

    return list(walk(view.to_components()))


def words(view: ui.LayoutView) -> str:
    return "\n".join(part["content"] for part in parts(view) if part["type"] == 10)


def custom_ids(view: ui.LayoutView) -> list[str]:
    return [part["custom_id"] for part in parts(view) if "custom_id" in part]


def galleries(view: ui.LayoutView) -> list[list[dict]]:
    """Return the items of each gallery of pictures."""
    return [part["items"] for part in parts(view) if part["type"] == 12]


def check_limits(view: ui.LayoutView) -> None:
    """Hold a message against Discord's limits (components reference)."""
    found = parts(view)
    assert len(found) <= 40
    assert sum(len(part["content"]) for part in found if part["type"] == 10) <= 4_000
    assert all(part["content"].strip() for part in found if part["type"] == 10)
    assert len(set(custom_ids(view))) == len(custom_ids(view))
    assert all(len(custom_id) <= 100 for custom_id in custom_ids(view))
    for part in found:
        if part["type"] == 1:
            assert 1 <= len(part["components"]) <= 5
        if part["type"] == 2:
            assert 1 <= len(part["label"]) <= 80
        if part["type"] == 3:
            assert 1 <= len(part["options"]) <= 25
            assert all(1 <= len(option["label"]) <= 100 for option in part["options"])
        if part["type"] == 12:
            assert 1 <= len(part["items"]) <= 10
            assert all(len(item["media"]["url"]) <= 2_048 for item in part["items"])
            assert all(1 <= len(item["description"]) <= 1_024 for item in part["items"])
