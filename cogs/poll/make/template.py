"""/poll template: kept, used, listed, repeated and deleted."""

import discord
from discord import app_commands

from bot.domain.poll.poll import PollState
from bot.domain.poll.template import PollTemplate
from bot.domain.poll.typed import typed_of
from bot.domain.roundup import EVERY_DAY
from bot.domain.when import parse_time
from bot.edge.commands import described
from bot.edge.markdown import escape
from bot.edge.replies import PagesPanel, language, say
from bot.text import plural, text
from cogs.poll.make.base import MOMENT_CHARS_MAX, PollCommands
from cogs.poll.make.panel import Start
from cogs.poll.make.pickers import polls_in, template_meant, templates_known
from cogs.poll.make.small_panels import RepeatPanel, repeat_lines
from cogs.poll.make.summary import length_text

QUESTION_SHOWN_CHARS = 120


class TemplateCommands(PollCommands):
    """Keeps what is asked again and again."""

    template = app_commands.Group(name="template", description=described("poll_make.command.template"))

    @template.command(name="save", description=described("poll_make.command.template_save"))
    @app_commands.describe(name=described("poll_make.option.name"), poll=described("poll_make.option.poll"))
    @app_commands.autocomplete(poll=polls_in(*PollState))
    async def save_template(self, interaction: discord.Interaction, name: str, poll: str) -> None:
        """Keep what a poll asks as a template."""
        actor, found = await self.meant(interaction, poll)
        kept = await self.desk.templates.save_poll(actor, name, found.id)
        await say(interaction, text("poll_make.kept", language(interaction), name=escape(kept.name)))

    @template.command(name="use", description=described("poll_make.command.template_use"))
    @app_commands.describe(template=described("poll_make.option.template"))
    @app_commands.autocomplete(template=templates_known)
    async def use_template(self, interaction: discord.Interaction, template: str) -> None:
        """Open the preview of a poll made of a template."""
        actor = await self.editor(interaction)
        meant = await template_meant(self.desk, actor, template)
        draft = await self.desk.templates.use(actor, meant.id)
        typed = typed_of(draft, open_for=meant.length)
        panel = await self.panel(interaction, Start(typed, draft.rules, draft.channel_id, draft))
        await panel.look(interaction)

    @template.command(name="list", description=described("poll_make.command.template_list"))
    async def list_templates(self, interaction: discord.Interaction) -> None:
        """List the guild's templates by name."""
        asked_in = language(interaction)
        actor = await self.editor(interaction)
        known = await self.desk.templates.list(actor)
        if not known:
            await say(interaction, text("poll_make.template.none", asked_in))
            return
        settings = await self.desk.guilds.settings(actor.guild_id)
        lines: list[str] = []
        for template in known:
            lines.append(template_line(template, asked_in))
            if template.at is not None:
                lines += [f"-# {line}" for line in repeat_lines(self.desk, template, settings, asked_in)]
        title = plural("poll_make.template.title", asked_in, len(known))
        await say(interaction, view=PagesPanel(title, lines, asked_in))

    @template.command(name="delete", description=described("poll_make.command.template_delete"))
    @app_commands.describe(template=described("poll_make.option.template"))
    @app_commands.autocomplete(template=templates_known)
    async def delete_template(self, interaction: discord.Interaction, template: str) -> None:
        """Forget a template; the polls that were made of it stay."""
        actor = await self.editor(interaction)
        meant = await template_meant(self.desk, actor, template)
        deleted = await self.desk.templates.delete(actor, meant.id)
        await say(interaction, text("poll_make.template.deleted", language(interaction), name=escape(deleted.name)))

    @template.command(name="repeat", description=described("poll_make.command.template_repeat"))
    @app_commands.describe(template=described("poll_make.option.template"), time=described("poll_make.option.time"))
    @app_commands.autocomplete(template=templates_known)
    async def repeat_template(
        self,
        interaction: discord.Interaction,
        template: str,
        time: app_commands.Range[str, 1, MOMENT_CHARS_MAX] | None = None,
    ) -> None:
        """Have a template made into a poll by itself, and open the panel in which its days are chosen."""
        actor = await self.editor(interaction)
        meant = await template_meant(self.desk, actor, template)
        settings = await self.desk.guilds.settings(actor.guild_id)
        if time is not None:
            meant = await self.desk.templates.repeat(actor, meant.id, meant.days or EVERY_DAY, parse_time(time))
        await say(interaction, view=RepeatPanel(self.desk, meant, settings, language(interaction)))


def template_line(template: PollTemplate, asked_in: str) -> str:
    """Return one template of the list: its name, what it asks, its kind, and for how long."""
    kind = text(f"poll_make.kind.{template.rules.kind.value}", asked_in)
    length = "" if template.length is None else f" · {length_text(template.length, asked_in)}"
    return f"- **{escape(template.name)}**: {escape(template.question, QUESTION_SHOWN_CHARS)}\n-# {kind}{length}"
