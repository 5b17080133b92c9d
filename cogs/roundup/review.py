"""The draft of an edition in the editors' channel: posted once, approved or skipped there, and kept up to date."""

import discord
from discord import ButtonStyle, ui

from bot.domain.article import SOURCE_NOT_GIVEN
from bot.domain.editing import stories
from bot.domain.edition import Edition
from bot.domain.errors import GoneError
from bot.domain.guild import Part
from bot.domain.roundup import (
    REVIEW_LEAD,
    EditionRecord,
    EditionState,
    PostingStep,
    Progress,
    message_link,
)
from bot.domain.wording import cut
from bot.edge.edition import edition_view, marker
from bot.edge.pace import Priority
from bot.edge.publish import Publisher
from bot.edge.replies import TEXT_CHARS_MAX
from bot.edge.sentences import kept_sentence
from bot.text import LANGUAGES, plural, text

# By what an outlet that could not be told may be called, in whatever language the edition was made.
UNNAMED = frozenset({SOURCE_NOT_GIVEN, *(text(SOURCE_NOT_GIVEN, language) for language in LANGUAGES)})


class Drafts:
    """Posts drafts and edits them."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def post(self, step: PostingStep) -> Progress:
        """Post the draft in the editors' channel, once; it mentions nobody."""
        edition = step.edition
        if edition.review_channel_id is None:
            return Progress()
        view = review_view(
            edition, language=step.language, parts=step.parts, posts_unapproved=step.roundup.posts_unapproved
        )
        review_id = await self._publisher.post(
            edition.review_channel_id,
            view,
            nonce=f"review-{edition.id}",
            marker=review_marker(edition.id),
            resumed=step.resumed,
            after=discord.Object(discord.utils.time_snowflake(edition.due_at - 2 * REVIEW_LEAD)),
        )
        return Progress(review_id=review_id)

    async def show(
        self, edition: EditionRecord, *, language: str, parts: frozenset[Part], posts_unapproved: bool
    ) -> None:
        """Show in a draft's message how the edition stands now; nothing if there is no such message.

        Raises:
            CannotActError: if its message is gone or the bot lacks a permission there.
            DiscordAwayError: if Discord does not answer.
        """
        if edition.review_channel_id is None or edition.review_id is None or edition.content is None:
            return
        view = review_view(edition, language=language, parts=parts, posts_unapproved=posts_unapproved)
        await self._publisher.edit(edition.review_channel_id, edition.review_id, view, Priority.POST)


def review_marker(edition_id: int) -> str:
    """Return the custom id by which a draft is found again; the edition itself has no such button."""
    return f"{marker(edition_id)}approve"


def unnamed_in(edition: Edition) -> int:
    """Return how many of the stories shown have a source that nobody has named."""
    return sum(any(ref.name in UNNAMED for ref in section.sources) for section in stories(edition))


def review_view(
    edition: EditionRecord, *, language: str, parts: frozenset[Part], posts_unapproved: bool
) -> ui.LayoutView:
    """Return the draft with what becomes of it and, while editors can do something about that, their buttons.

    Raises:
        GoneError: if there is no draft.
    """
    if edition.content is None:
        raise GoneError
    view = edition_view(edition.content, language=language, edition_id=None, parts=parts)
    lines = [status_line(edition, language, posts_unapproved=posts_unapproved)]
    if edition.state is EditionState.DUE and (count := unnamed_in(edition.content)):
        lines.append(plural("editing.review.unnamed", language, count))
    # A long edition leaves little room: what becomes of it is said first, and in a pinch alone.
    room = TEXT_CHARS_MAX - view.content_length()
    shown = lines if len("\n".join(lines)) <= room else [cut(lines[0], room)]
    view.add_item(ui.TextDisplay("\n".join(shown)))
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    for action, style in _actions(edition):
        label = text(f"editing.button.{action}", language)
        row.add_item(ui.Button(label=label, style=style, custom_id=f"{marker(edition.id)}{action}"))
    view.add_item(row)
    return view


def _actions(edition: EditionRecord) -> list[tuple[str, ButtonStyle]]:
    """Return what editors can do, by the last word of the custom id."""
    edit = ("edit", ButtonStyle.secondary)
    match edition.state:
        case EditionState.POSTED:
            return [edit]
        case EditionState.DUE:
            ways = [edit, ("skip", ButtonStyle.danger)]
            return ways if edition.approved_at is not None else [("approve", ButtonStyle.success), *ways]
        case EditionState.SKIPPED | EditionState.FAILED:
            return [("post", ButtonStyle.secondary)]


def status_line(edition: EditionRecord, language: str, *, posts_unapproved: bool) -> str:
    """Return what becomes of an edition, or became of it, and who approved it."""
    stamp = int(edition.due_at.timestamp())
    approver = "" if edition.approved_by is None else f"<@{edition.approved_by}>"
    match edition.state:
        case EditionState.POSTED:
            name = "posted_approved" if approver else "posted"
        case EditionState.DUE if approver:
            name = "approved"
        case EditionState.DUE:
            name = "unless_skipped" if posts_unapproved else "waiting"
        case EditionState.SKIPPED | EditionState.FAILED:
            name = "not_posted"
    return text(
        f"editing.review.{name}",
        language,
        at=f"<t:{stamp}:t> (<t:{stamp}:R>)",
        channel=f"<#{edition.channel_id}>",
        link=message_link(edition),
        who=approver,
        reason=reason_of(edition, language),
    )


def reason_of(edition: EditionRecord, language: str) -> str:
    """Return why an edition did not appear; empty if nothing keeps it from appearing."""
    if edition.state is EditionState.SKIPPED:
        return text(f"roundup.skipped.{edition.reason}", language)
    return kept_sentence(edition.reason or "", language) if edition.state is EditionState.FAILED else ""
