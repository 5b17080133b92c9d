"""/poll create, quick and clone, and "Make a poll from this": everything that ends in a new poll."""

from dataclasses import replace

import discord
from discord import app_commands

from bot.domain.errors import PaddockError
from bot.domain.poll.option_lines import pieces_of, question_and_list
from bot.domain.poll.poll import QUESTION_CHARS_MAX, PollState
from bot.domain.poll.rules import PollKind
from bot.domain.poll.typed import closes_after, draft_again, open_for, read_poll, typed_of
from bot.domain.wording import clean, cut
from bot.edge.commands import described
from bot.edge.replies import language, say
from cogs.poll.make.base import KINDS, MOMENT_CHARS_MAX, PollCommands, blank, rules_of
from cogs.poll.make.desk import trouble_in
from cogs.poll.make.emoji import check_emoji
from cogs.poll.make.panel import MakePanel, Start, made_sentence
from cogs.poll.make.pickers import polls_in

CLOSES_DEFAULT = "1d"  # a day's question; whoever wants another time sees it in the form


class CreateCommands(PollCommands):
    """Makes polls."""

    @app_commands.command(description=described("poll_make.command.create"))
    @app_commands.describe(
        kind=described("poll_make.option.kind"),
        write_ins=described("poll_make.option.write_ins"),
        channel=described("poll_make.option.channel"),
    )
    @app_commands.choices(kind=KINDS)
    async def create(
        self,
        interaction: discord.Interaction,
        kind: app_commands.Choice[str] | None = None,
        write_ins: bool = False,  # noqa: FBT001, FBT002  # an option of a slash command
        channel: discord.TextChannel | discord.ForumChannel | discord.Thread | None = None,
    ) -> None:
        """Open the form of a new poll."""
        chosen = PollKind.SINGLE if kind is None else PollKind(kind.value)
        rules = rules_of(chosen, is_write_in=write_ins and chosen is not PollKind.BRACKET)
        channel_id = (interaction.channel_id or 0) if channel is None else channel.id
        panel = await self.panel(interaction, Start(blank(rules, closes=CLOSES_DEFAULT), rules, channel_id))
        await interaction.response.send_modal(panel.form())

    @app_commands.command(description=described("poll_make.command.quick"))
    @app_commands.describe(
        question=described("poll_make.option.question"),
        options=described("poll_make.option.options"),
        kind=described("poll_make.option.kind"),
        closes=described("poll_make.option.closes"),
    )
    @app_commands.choices(kind=KINDS)
    async def quick(
        self,
        interaction: discord.Interaction,
        question: str,
        options: str,
        kind: app_commands.Choice[str] | None = None,
        closes: app_commands.Range[str, 1, MOMENT_CHARS_MAX] | None = None,
    ) -> None:
        """Post a poll here, with the rules that most polls have."""
        rules = rules_of(PollKind.SINGLE if kind is None else PollKind(kind.value))
        pieces = [piece for piece in pieces_of(options) if piece]
        if rules.kind is PollKind.MULTIPLE:
            rules = replace(rules, choices_max=max(1, len(pieces)))
        typed = blank(rules, question=question, options="\n".join(pieces), closes=closes or "")
        panel = await self.panel(interaction, Start(typed, rules, interaction.channel_id or 0))
        await self._post_now(interaction, panel)

    async def _post_now(self, interaction: discord.Interaction, panel: MakePanel) -> None:
        """Post what was typed without a preview; what cannot be posted is shown in the panel instead, with why."""
        actor, asked_in, now = await self.editor(interaction), language(interaction), self.desk.clock.now()
        settings = await self.desk.guilds.settings(actor.guild_id)
        if trouble_in(interaction, panel.channel_id, asked_in) is None:
            try:
                draft = read_poll(panel.typed, panel.rules, channel_id=panel.channel_id, now=now, zone=settings.zone)
                await check_emoji(interaction, draft.options, set())
                made = await self.desk.polls.create(actor, draft)
            except PaddockError:
                pass  # the panel reads it again, and says what is wrong
            else:
                await say(interaction, made_sentence(made, is_now=True, asked_in=asked_in))
                return
        await panel.take(interaction, panel.typed)

    @app_commands.command(description=described("poll_make.command.clone"))
    @app_commands.describe(poll=described("poll_make.option.poll"))
    @app_commands.autocomplete(poll=polls_in(*PollState))
    async def clone(self, interaction: discord.Interaction, poll: str) -> None:
        """Open the preview of a poll that asks the same again."""
        actor, found = await self.meant(interaction, poll)
        zone = (await self.desk.guilds.settings(actor.guild_id)).zone
        length = open_for(found.opens_at, found.closes_at, zone)
        draft = replace(draft_again(found), closes_at=closes_after(self.desk.clock.now(), length, zone))
        start = Start(typed_of(draft, open_for=length), draft.rules, draft.channel_id, draft)
        panel = await self.panel(interaction, start)
        await panel.look(interaction)

    async def from_message(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Open the form with a message's words as the question, and a list in them as options."""
        rules = rules_of(PollKind.SINGLE)
        question, options = question_and_list(message.content)
        typed = blank(rules, question=cut(clean(question), QUESTION_CHARS_MAX), options=options, closes=CLOSES_DEFAULT)
        panel = await self.panel(interaction, Start(typed, rules, interaction.channel_id or 0))
        await interaction.response.send_modal(panel.form())
