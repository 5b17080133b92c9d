"""What nobody answers any more: panels and forms that outlived the process which showed them.

A panel lives in memory. Pressed after a restart it would end in Discord's "This interaction failed", which says neither
what happened nor what to do.
"""

from typing import Any, cast

import discord

from bot.domain.errors import PanelClosedError
from bot.edge.replies import handle


def is_claimed(client: discord.Client, interaction: discord.Interaction) -> bool:
    """Tell whether a view, a form or a lasting button answers an interaction.

    To be asked when discord.py hands the interaction out, before anything has answered it: a panel that closes itself
    is unknown from then on. discord.py 2.7.1 drops what nobody claims without a word (`ViewStore.dispatch_view` and
    `dispatch_modal`), so this looks where those look.
    """
    store: Any = getattr(getattr(client, "_connection", None), "_view_store", None)
    pressed = cast("dict[str, Any]", interaction.data or {})
    custom_id = pressed.get("custom_id", "")
    if interaction.type is discord.InteractionType.modal_submit:
        return custom_id in store._modals  # noqa: SLF001  # see above
    if interaction.type is not discord.InteractionType.component:
        return True
    if any(pattern.fullmatch(custom_id) for pattern in store._dynamic_items):  # noqa: SLF001  # see above
        return True
    places = (None if interaction.message is None else interaction.message.id, None)
    key = (pressed.get("component_type"), custom_id)
    return any(key in store._views.get(place, {}) for place in places)  # noqa: SLF001  # see above


async def answer(interaction: discord.Interaction) -> None:
    """Say that the panel has closed, and how to come to a new one."""
    await handle(interaction, PanelClosedError())
