"""Reading what stands in the guild."""

import heapq
import itertools
from datetime import datetime, tzinfo

import simcord
from simcord.backend import serializers
from simcord.backend.access import channel_accessible
from simcord.backend.models import Channel, Message
from simcord.enums import ChannelType

from bot.demo import plain
from bot.demo.world._guild import Guild
from bot.demo.world._sights import Line, Person, Place


class Reading:
    """Places and messages of the guild, in plain text."""

    def __init__(self, env: simcord.Env, guild: Guild, zone: tzinfo) -> None:
        self._backend = env.backend
        self._env = env
        self._guild = guild
        self._zone = zone

    def place(self, name: str) -> Place:
        """Return the channel, or else the newest thread, of that name; raise LookupError if there is none."""
        wanted = name.removeprefix("#")
        threads = [t for channel in self.channels(None) for t in self.threads(channel, None)]
        for place in (*self.channels(None), *reversed(threads)):
            if place.name == wanted:
                return place
        raise LookupError(f"no channel or thread is called {name!r}")

    def channels(self, person: Person | None) -> list[Place]:
        """Return the text channels in order, those that `person` can read if one is given."""
        guild = self._backend.get_guild(self._guild.handle.id)
        listed = [self._backend.channels[channel_id] for channel_id in guild.channel_ids]
        ordered = sorted(listed, key=lambda channel: (channel.position, channel.id))
        return [
            place
            for place in (_place(channel) for channel in ordered if channel.type != ChannelType.CATEGORY)
            if person is None or self.can_read(person, place)
        ]

    def threads(self, parent: Place, person: Person | None) -> list[Place]:
        """Return the threads of a channel, the oldest first."""
        found = [c for c in self._backend.channels.values() if c.is_thread and c.parent_id == parent.id]
        places = [_place(channel) for channel in sorted(found, key=_made_at)]
        return [place for place in places if person is None or self.can_read(person, place)]

    def can_read(self, person: Person, place: Place) -> bool:
        """Return whether `person` sees the messages there."""
        return channel_accessible(self._backend, place.id, person.id, history=True)

    def lines(self, place: Place, person: Person | None) -> list[Line]:
        """Return the messages there, the oldest first."""
        messages = sorted(self._backend.messages.get(place.id, {}).values(), key=lambda message: message.id)
        viewer = person.id if person is not None else None
        return [self._line(message) for message in messages if message.visible_to(viewer)]

    def recent(self, person: Person, count: int) -> list[Line]:
        """Return the last `count` messages in all places that `person` reads, the oldest first."""
        places = [(c, *self.threads(c, person)) for c in self.channels(person)]
        found = [
            message
            for place in itertools.chain.from_iterable(places)
            for message in self._backend.messages.get(place.id, {}).values()
            if message.visible_to(person.id)
        ]
        latest = heapq.nlargest(count, found, key=lambda message: message.id)
        return [self._line(message) for message in reversed(latest)]

    def line(self, place_id: int, message_id: int) -> Line:
        """Return a message as it stands now."""
        return self._line(self._backend.get_message(place_id, message_id))

    def handle(self, place: Place) -> simcord.ChannelHandle:
        """Return simcord's handle of a place."""
        return simcord.ChannelHandle(self._env, self._guild.handle, self._backend.get_channel(place.id))

    def transcript(self) -> str:
        """Return everything that stands in the guild, place by place."""
        parts: list[str] = []
        for channel in self.channels(None):
            for place in (channel, *self.threads(channel, None)):
                parts.append(f"== #{place.name}" if place.parent is None else f"== #{channel.name} > {place.name}")
                parts.extend(line.told() for line in self._all(place))
        return "\n".join(parts)

    def everything(self) -> list[Line]:
        """Return every message in the guild, the oldest first, private answers too."""
        places = [place for channel in self.channels(None) for place in (channel, *self.threads(channel, None))]
        return sorted((line for place in places for line in self._all(place)), key=lambda line: line.id)

    def _all(self, place: Place) -> list[Line]:
        messages = sorted(self._backend.messages.get(place.id, {}).values(), key=lambda message: message.id)
        return [self._line(message) for message in messages]

    def _line(self, message: Message) -> Line:
        raw = serializers.message_payload(self._backend, message)
        author = self._backend.users[message.author_id]
        names = self._guild.names()
        return Line(
            id=message.id,
            place=_place(self._backend.get_channel(message.channel_id)),
            author=message.author_name or author.global_name or author.name,
            at=datetime.fromisoformat(message.timestamp).astimezone(self._zone),
            text=plain.plain(raw, names, self._zone),
            gist=plain.gist(raw, names, self._zone),
            private=message.is_ephemeral,
            raw=raw,
        )


def _place(channel: Channel) -> Place:
    return Place(channel.id, channel.name or str(channel.id), channel.parent_id if channel.is_thread else None)


def _made_at(channel: Channel) -> tuple[str, int]:
    return (channel.thread_metadata.create_timestamp if channel.thread_metadata else "", channel.id)
