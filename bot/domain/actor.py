"""Who asks, and what they may do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import NotAllowedError


class Capability(StrEnum):
    """What a guild lets a member do beyond chatting; each may be granted to roles."""

    MANAGE = "manage"  # settings; Discord's Manage Guild has it by default
    EDIT = "edit"  # roundups; Manage Messages
    MODERATE = "moderate"  # cases and rules; Moderate Members


@dataclass(frozen=True, slots=True)
class Actor:
    """A member who asks for something, as built at the edge from one interaction."""

    user_id: int
    guild_id: int
    role_ids: frozenset[int]
    capabilities: frozenset[Capability]
    created_at: datetime
    joined_at: datetime | None

    def require(self, capability: Capability) -> None:
        """Refuse who may not.

        Raises:
            NotAllowedError: if the actor lacks `capability`.
        """
        if capability not in self.capabilities:
            raise NotAllowedError(capability=capability.value)
