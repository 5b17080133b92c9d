"""How each step of posting an edition is done."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import discord
from discord import ui

from bot.clock import Clock
from bot.domain.edition import Edition
from bot.domain.errors import GoneError
from bot.domain.guild import Part
from bot.domain.look_back import Heard, look_back
from bot.domain.roundup import EditionRecord, EditionState, EditionStep, PostingStep, Progress
from bot.edge.edition import EditionLinks, edition_view, marker, thread_name
from bot.edge.pace import Priority
from bot.edge.poll_card import marker as poll_marker
from bot.edge.poll_card import poll_card
from bot.edge.publish import THREAD_NAME_CHARS_MAX, Publisher
from bot.edge.question import question_view
from bot.edge.sentences import kept_sentence
from bot.edge.threads import Threads
from bot.services.discussion import DiscussionService
from bot.services.edition import EditionWork
from bot.services.edition_poll import EditionPollService
from bot.services.notice import NoticeStep
from bot.text import day_text, text
from cogs.roundup.review import Drafts


class Posting:
    """Performs steps: the service's own, and those on Discord."""

    def __init__(
        self,
        publisher: Publisher,
        threads: Threads,
        work: EditionWork,
        discussions: DiscussionService,
        polls: EditionPollService,
        *,
        clock: Clock,
    ) -> None:
        self._publisher = publisher
        self._threads = threads
        self._discussions = discussions
        self._polls = polls
        self._clock = clock
        self._by_step: Mapping[EditionStep, Callable[[PostingStep], Awaitable[Progress]]] = {
            EditionStep.GATHER: work.gather,
            EditionStep.DRAFT: work.draft,
            EditionStep.LOOK_BACK: self._look_back,
            EditionStep.REVIEW: Drafts(publisher).post,
            EditionStep.MESSAGE: self._message,
            EditionStep.THREAD: self._thread,
            EditionStep.QUESTION: self._question,
            EditionStep.LINKS: self._links,
        }

    async def perform(self, step: PostingStep) -> Progress:
        """Do one step and return what it changed."""
        return await self._by_step[step.step](step)

    async def tell(self, step: NoticeStep) -> int:
        """Post the notice that an edition did not appear, and return its message's id."""
        edition = step.edition
        day = day_text(edition.day, step.language, "long")
        if edition.state is EditionState.SKIPPED:
            reason = text(f"roundup.skipped.{edition.reason}", step.language)
        else:
            reason = kept_sentence(edition.reason or "", step.language)
        view = ui.LayoutView(timeout=None)
        view.add_item(ui.TextDisplay(text("roundup.notice", step.language, day=day, reason=reason)))
        custom_id = f"{marker(edition.id)}post"
        again: ui.Button[ui.LayoutView] = ui.Button(
            label=text("roundup.view.post_now", step.language), custom_id=custom_id
        )
        view.add_item(ui.ActionRow(again))
        # An edition that was tried again and failed again is told again: each end has its own moment.
        ended_at = edition.ended_at or edition.due_at
        return await self._publisher.post(
            step.channel_id,
            view,
            nonce=f"notice-{edition.id}-{int(ended_at.timestamp()):x}",
            marker=custom_id,
            resumed=True,
            after=discord.Object(discord.utils.time_snowflake(ended_at)),
        )

    async def _look_back(self, step: PostingStep) -> Progress:
        earlier = await self._discussions.earlier(step.edition)
        question = None if earlier is None or earlier.content is None else earlier.content.big_question
        if earlier is None or question is None or earlier.thread_id is None or earlier.question_id is None:
            return Progress()
        heard = await self._threads.hear(earlier.guild_id, earlier.thread_id, earlier.question_id)
        answered = None if earlier.poll_id is None else await self._polls.answered(earlier.poll_id)
        if answered is not None:
            heard = replace(
                heard or Heard(), answers=answered.answers, votes_n=answered.votes_n, is_final=answered.is_over
            )
        told = None if heard is None else look_back(earlier, question, heard)
        return Progress() if told is None else Progress(content=replace(_content(step.edition), look_back=told))

    async def _message(self, step: PostingStep) -> Progress:
        edition = step.edition
        # Not since `due_at`, which is later when somebody asked for a failed edition again.
        after = discord.Object(discord.utils.time_snowflake(_day_begins(edition.day)))
        parent_id, forum = await self._threads.parent_of(edition.channel_id)
        if forum is not None:
            return await self._forum_post(step, forum, after)
        if step.overdue is not None:
            found = await self._publisher.find(parent_id, marker=marker(edition.id), after=after)
            if found is None:
                return Progress(state=EditionState.SKIPPED, reason=step.overdue.value)
            return Progress(message_id=found, posted_at=self._clock.now())
        message_id = await self._publisher.post(
            edition.channel_id,
            _view_of(step),
            nonce=f"edition-{edition.id}",
            marker=marker(edition.id),
            resumed=step.resumed,
            after=after,
            mention_role_ids=_readers(step),
        )
        return Progress(message_id=message_id, posted_at=self._clock.now())

    async def _forum_post(
        self, step: PostingStep, forum: discord.ForumChannel, after: discord.abc.Snowflake
    ) -> Progress:
        """Make the post, which is message and thread in one."""
        edition = step.edition
        name = thread_name(_content(edition), step.language, THREAD_NAME_CHARS_MAX)
        if step.overdue is not None:
            found = await self._threads.find(
                forum.guild.id, forum.id, name=name, marker=marker(edition.id), after=after
            )
            if found is None:
                return Progress(state=EditionState.SKIPPED, reason=step.overdue.value)
        else:
            found = await self._threads.post_in_forum(
                forum,
                _view_of(step),
                name=name,
                tag_id=step.roundup.forum_tag_id,
                marker=marker(edition.id),
                resumed=step.resumed,
                after=after,
                mention_role_ids=_readers(step),
            )
        return Progress(channel_id=found, message_id=found, thread_id=found, posted_at=self._clock.now())

    async def _thread(self, step: PostingStep) -> Progress:
        edition = step.edition
        if edition.thread_id is not None:  # a post in a forum is a thread already
            return Progress()
        name = thread_name(_content(edition), step.language, THREAD_NAME_CHARS_MAX)
        thread_id = await self._publisher.open_thread(
            edition.guild_id, edition.channel_id, _posted(edition.message_id), name
        )
        return Progress(thread_id=thread_id)

    async def _question(self, step: PostingStep) -> Progress:
        question = _content(step.edition).big_question
        if question is None:
            return Progress()
        thread_id = _posted(step.edition.thread_id)
        asked = await self._polls.ask(step.edition, step.roundup)
        question_id = await self._publisher.post(
            thread_id,
            question_view(question, step.language) if asked is None else poll_card(asked),
            nonce=f"question-{step.edition.id}",
            marker=None if asked is None else poll_marker(asked.poll.id),
            resumed=step.resumed,
            after=discord.Object(thread_id),  # in a forum the edition itself is the thread's first message
        )
        if asked is None:
            return Progress(question_id=question_id)
        await self._polls.asked(asked.poll.id, question_id)
        return Progress(question_id=question_id, poll_id=asked.poll.id)

    async def _links(self, step: PostingStep) -> Progress:
        await self.show(step.edition, language=step.language, parts=step.parts, notify_role_id=step.notify_role_id)
        return Progress()

    async def show(
        self, edition: EditionRecord, *, language: str, parts: frozenset[Part], notify_role_id: int | None
    ) -> None:
        """Show an edition that was posted as it stands now.

        Raises:
            CannotActError: if its message is gone or the bot lacks a permission there.
            DiscordAwayError: if Discord does not answer.
        """
        view = _view(edition, language=language, parts=parts, notify_role_id=notify_role_id)
        await self._publisher.edit(edition.channel_id, _posted(edition.message_id), view, Priority.POST)


def _view(
    edition: EditionRecord, *, language: str, parts: frozenset[Part], notify_role_id: int | None
) -> ui.LayoutView:
    return edition_view(
        _content(edition),
        language=language,
        edition_id=edition.id,
        parts=parts,
        notify_role_id=notify_role_id,
        links=links_of(edition),
    )


def _view_of(step: PostingStep) -> ui.LayoutView:
    return _view(step.edition, language=step.language, parts=step.parts, notify_role_id=step.notify_role_id)


def _readers(step: PostingStep) -> list[int]:
    """Return the roles that are really mentioned."""
    return [] if step.notify_role_id is None else [step.notify_role_id]


def links_of(edition: EditionRecord) -> EditionLinks:
    """Return the addresses of what hangs on an edition's message."""
    base = f"https://discord.com/channels/{edition.guild_id}"
    return EditionLinks(
        thread=None if edition.thread_id is None else f"{base}/{edition.thread_id}",
        question=None if edition.question_id is None else f"{base}/{edition.thread_id}/{edition.question_id}",
        poll_id=edition.poll_id,
    )


def _content(edition: EditionRecord) -> Edition:
    if edition.content is None:
        raise GoneError
    return edition.content


def _posted(snowflake: int | None) -> int:
    if snowflake is None:
        raise GoneError
    return snowflake


def _day_begins(day: date) -> datetime:
    """Return when a day begins on earth: the zone furthest ahead is 14 hours before UTC's."""
    return datetime.combine(day, time(), UTC) - timedelta(hours=14)
