"""What is done to polls that there are: listed, told, changed, closed, exported, deleted."""

from dataclasses import replace

import discord
from discord import app_commands

from bot.domain.actor import Capability
from bot.domain.poll.bracket import is_opening_vote
from bot.domain.poll.knockout import result
from bot.domain.poll.poll import JoinWindow, PollFinalError, PollState
from bot.domain.when import moment
from bot.domain.when_past import past_moment
from bot.edge.commands import described
from bot.edge.markdown import escape
from bot.edge.poll_result import result_view
from bot.edge.replies import PagesPanel, language, say, think
from bot.render.poll_words import is_running
from bot.services.poll_count import ShownPoll
from bot.text import plural, text
from cogs.poll.make.base import MOMENT_CHARS_MAX, PollCommands
from cogs.poll.make.edit_panel import EditPollPanel
from cogs.poll.make.pickers import NOT_FINAL, NOT_OVER, poll_meant, polls_in
from cogs.poll.make.showing import LISTED_MAX, poll_line, record_files, untold_sentence
from cogs.poll.make.small_panels import DeletePollPanel, SetAsidePanel
from cogs.poll.make.summary import both_stamps
from cogs.poll.posting import picture_of

Moment = app_commands.Range[str, 1, MOMENT_CHARS_MAX]
STATES = [
    app_commands.Choice(name=described(f"poll_make.state.{state.value}"), value=state.value) for state in PollState
]


class ManageCommands(PollCommands):
    """Shows and changes polls."""

    @app_commands.command(name="list", description=described("poll_make.command.list"))
    @app_commands.describe(state=described("poll_make.option.state"))
    @app_commands.choices(state=STATES)
    async def list_(self, interaction: discord.Interaction, state: app_commands.Choice[str] | None = None) -> None:
        """List the guild's polls, the newest first."""
        asked_in = language(interaction)
        wanted = list(PollState) if state is None else [PollState(state.value)]
        found = await self.desk.polls.find(await self.editor(interaction), states=wanted, limit=LISTED_MAX)
        if not found:
            await say(interaction, text("poll_make.list.none", asked_in))
            return
        title = plural("poll_make.list.title", asked_in, len(found))
        await say(interaction, view=PagesPanel(title, [poll_line(poll, asked_in) for poll in found], asked_in))

    @app_commands.command(description=described("poll_make.command.results"))
    @app_commands.describe(poll=described("poll_make.option.poll"))
    @app_commands.autocomplete(poll=polls_in(*PollState))
    async def results(self, interaction: discord.Interaction, poll: str) -> None:
        """Tell a result as everybody may see it."""
        actor, found = await self.meant(interaction, poll)
        await think(interaction)  # a picture is drawn
        shown = _as_told(await self.desk.polls.shown(actor, found.id), language(interaction))
        if shown.tally is None:
            await say(interaction, untold_sentence(shown, shown.language))
            return
        picture = await picture_of(shown)
        view = result_view(shown, shown.tally, picture)
        if picture is None:
            await say(interaction, view=view)
            return
        await interaction.followup.send(
            view=view, file=picture.file(), ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
        )

    @app_commands.command(description=described("poll_make.command.edit"))
    @app_commands.describe(poll=described("poll_make.option.poll"))
    @app_commands.autocomplete(poll=polls_in(*NOT_FINAL))
    async def edit(self, interaction: discord.Interaction, poll: str) -> None:
        """Open the panel in which a poll's question and options are changed."""
        _, found = await self.meant(interaction, poll)
        if found.state is PollState.FINAL:
            raise PollFinalError
        await say(interaction, view=EditPollPanel(self.desk, found, language(interaction)))

    @app_commands.command(description=described("poll_make.command.close"))
    @app_commands.describe(poll=described("poll_make.option.poll"))
    @app_commands.autocomplete(poll=polls_in(PollState.OPEN))
    async def close(self, interaction: discord.Interaction, poll: str) -> None:
        """Close an open poll now."""
        actor, found = await self.meant(interaction, poll)
        closed = await self.desk.polls.close(actor, found.id)
        final_at = 0 if closed.final_at is None else round(closed.final_at.timestamp())
        params = {"question": escape(closed.question), "at": f"<t:{final_at}:R>"}
        await say(interaction, text("poll_make.closed", language(interaction), **params))

    @app_commands.command(description=described("poll_make.command.reopen"))
    @app_commands.describe(poll=described("poll_make.option.poll"), closes=described("poll_make.option.closes"))
    @app_commands.autocomplete(poll=polls_in(PollState.CLOSED))
    async def reopen(self, interaction: discord.Interaction, poll: str, closes: Moment | None = None) -> None:
        """Open a closed poll again."""
        actor, found = await self.meant(interaction, poll)
        asked_in = language(interaction)
        zone = (await self.desk.guilds.settings(actor.guild_id)).zone
        closes_at = None if closes is None else moment(closes, self.desk.clock.now(), zone)
        opened = await self.desk.polls.reopen(actor, found.id, closes_at)
        question = escape(opened.question)
        if opened.ends_at is None:
            await say(interaction, text("poll_make.reopened", asked_in, question=question))
            return
        at = both_stamps(round(opened.ends_at.timestamp()))
        await say(interaction, text("poll_make.reopened_until", asked_in, question=question, at=at))

    @app_commands.command(description=described("poll_make.command.extend"))
    @app_commands.describe(poll=described("poll_make.option.poll"), until=described("poll_make.option.until"))
    @app_commands.autocomplete(poll=polls_in(*NOT_OVER))
    async def extend(self, interaction: discord.Interaction, poll: str, until: Moment) -> None:
        """Let a poll close at another time."""
        actor, found = await self.meant(interaction, poll)
        zone = (await self.desk.guilds.settings(actor.guild_id)).zone
        closes_at = moment(until, self.desk.clock.now(), zone)
        changed = await self.desk.polls.extend(actor, found.id, closes_at)
        params = {"question": escape(changed.question), "at": both_stamps(round(closes_at.timestamp()))}
        name = "poll_make.extended" if changed.bracket is None else "poll_make.extended_round"
        await say(interaction, text(name, language(interaction), **params))

    @app_commands.command(description=described("poll_make.command.export"))
    @app_commands.describe(poll=described("poll_make.option.poll"))
    @app_commands.autocomplete(poll=polls_in(PollState.FINAL))
    async def export(self, interaction: discord.Interaction, poll: str) -> None:
        """Hand out everything by which anybody can count a final poll again."""
        actor, found = await self.meant(interaction, poll)
        await think(interaction)
        record = await self.desk.polls.export(actor, found.id)
        exported = await record_files(record, bytes_max=interaction.filesize_limit)
        asked_in = language(interaction)
        params = {"question": escape(found.question), "digest": record.digest, "file": exported.name}
        told = [plural("poll_make.exported", asked_in, len(record.ballots), **params)]
        if not exported.has_csv:
            told.append(text("poll_make.exported_no_csv", asked_in))
        await interaction.followup.send("\n".join(told), files=exported.files, ephemeral=True)

    @app_commands.command(description=described("poll_make.command.delete"))
    @app_commands.describe(poll=described("poll_make.option.poll"))
    @app_commands.autocomplete(poll=polls_in(*PollState))
    async def delete(self, interaction: discord.Interaction, poll: str) -> None:
        """Ask whether a poll is really to be deleted."""
        _, found = await self.meant(interaction, poll)
        await say(interaction, view=DeletePollPanel(self.desk, self.publisher, found, language(interaction)))

    @app_commands.command(name="set-aside", description=described("poll_make.command.set_aside"))
    @app_commands.describe(
        poll=described("poll_make.option.poll"),
        since=described("poll_make.option.since"),
        until=described("poll_make.option.joined_until"),
    )
    @app_commands.rename(since="from")
    @app_commands.autocomplete(poll=polls_in(*NOT_FINAL))
    async def set_aside(
        self, interaction: discord.Interaction, poll: str, since: Moment | None = None, until: Moment | None = None
    ) -> None:
        """Set aside the ballots of those who joined in a window; without one, show which are set aside."""
        actor = await self.desk.actors.of(interaction)
        actor.require(Capability.MODERATE)
        found = await poll_meant(self.desk, actor, poll)
        now, zone = self.desk.clock.now(), (await self.desk.guilds.settings(actor.guild_id)).zone
        windows = list(found.set_aside)
        if since is not None:
            ends_at = now if until is None else past_moment(until, now, zone)
            window = JoinWindow(past_moment(since, now, zone), ends_at)
            windows += [window] if window not in windows else []
        done = await self.desk.polls.set_aside(actor, found.id, windows)
        await say(interaction, view=SetAsidePanel(self.desk, done, language(interaction)))


def _as_told(shown: ShownPoll, asked_in: str) -> ShownPoll:
    """Return what is told to one who asks, in their language: of a bracket only the rounds that are over."""
    bracket = shown.poll.bracket
    tally = shown.tally
    if bracket is not None and is_running(shown.poll):
        tally = None if is_opening_vote(bracket) else result(bracket, ballots_n=shown.count.counted)
    return replace(shown, tally=tally, language=asked_in)
