"""What the tests of the services share."""

import pytest

from tests.house import Entry, House, NewsServer, editor

VANS = Entry("vans", "Vans are back", "The maker shows its van again. Which van was the best of them all?")


@pytest.fixture
async def column(guild: House, news: NewsServer) -> House:
    """A guild that is set up and follows a feed with news, one of which asks a question."""
    await guild.sources.add(editor(), news.publish("/motor", VANS, Entry("trucks", "Trucks grow")))
    return guild
