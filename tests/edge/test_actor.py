"""Who asks: what Discord's permissions give, and what the guild has granted besides."""

import discord
import pytest

from bot.domain.actor import Capability
from bot.edge.actor import _by_permission
from bot.edge.permissions import INVITED, INVITED_TO_MODERATE, invitation


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        ({}, set()),
        ({"send_messages": True, "kick_members": True}, set()),
        ({"manage_messages": True}, {Capability.EDIT}),
        ({"moderate_members": True}, {Capability.MODERATE}),
        ({"manage_messages": True, "moderate_members": True}, {Capability.EDIT, Capability.MODERATE}),
        ({"manage_guild": True}, set(Capability)),
        ({"administrator": True}, set(Capability)),
    ],
)
def test_discords_permissions_give_what_they_are_for(permissions, expected):
    assert _by_permission(discord.Permissions(**permissions)) == expected


def test_the_invitation_never_asks_for_everything():
    for asked in (INVITED, INVITED_TO_MODERATE):
        assert not asked.administrator
        assert not asked.manage_guild
        assert not asked.manage_channels
    assert f"permissions={INVITED.value}" in invitation(1, INVITED)
