"""The panel of /audit: what was changed, by whom and when, a page at a time."""

import discord
from discord import ui

from bot.domain.guild import AuditEntry
from bot.edge.actor import Actors
from bot.edge.replies import Panel, say
from bot.edge.sentences import sentence
from bot.services.guild import AUDIT_PAGE, GuildService
from bot.text import text


class AuditPanel(Panel):
    """A page of the audit trail, with a button to older entries."""

    def __init__(self, entries: tuple[AuditEntry, ...], asked_in: str, actors: Actors, guilds: GuildService) -> None:
        super().__init__()
        self._entries = entries
        self._asked_in = asked_in
        self._actors = actors
        self._guilds = guilds
        lines = [text("guild.audit.title", asked_in), *(audit_line(entry, asked_in) for entry in entries)]
        container: ui.Container[AuditPanel] = ui.Container(ui.TextDisplay("\n".join(lines)))
        if len(entries) == AUDIT_PAGE:
            older: ui.Button[AuditPanel] = ui.Button(label=text("guild.audit.older", asked_in), custom_id="audit:older")
            older.callback = self._older
            container.add_item(ui.ActionRow(older))
        self.add_item(container)

    async def _older(self, interaction: discord.Interaction) -> None:
        actor = await self._actors.of(interaction)
        entries = await self._guilds.audit(actor, before_id=self._entries[-1].id)
        if not entries:
            await say(interaction, text("guild.audit.no_older", self._asked_in))
            return
        panel = AuditPanel(entries, self._asked_in, self._actors, self._guilds)
        panel.last_used = interaction
        await interaction.response.edit_message(view=panel)


def audit_line(entry: AuditEntry, asked_in: str) -> str:
    """Return one entry of the audit trail: when, who, what."""
    what = sentence(entry.action, asked_in, entry.params)
    return f"- <t:{int(entry.at.timestamp())}:f> <@{entry.actor_id}> · {what}"
