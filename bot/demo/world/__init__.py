"""A Discord of our own, for the tests and the demo.

The only package that imports simcord, which is pinned exactly: some of what is used here lies outside its
stability promise.
"""

from bot.demo.world._sights import Line, Person, Place, Role, Seen, Where
from bot.demo.world._world import World

__all__ = ["Line", "Person", "Place", "Role", "Seen", "Where", "World"]
