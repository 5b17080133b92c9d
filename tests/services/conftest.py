"""What the tests of the services share."""

import pytest

from tests.house import Entry, House, NewsServer, editor
from tests.postgres import URL_FIXTURES

VANS = Entry("vans", "Vans are back", "The maker shows its van again. Which van was the best of them all?")


@pytest.fixture(params=URL_FIXTURES)
def database_url(request: pytest.FixtureRequest) -> str:
    """Every service is tried on both engines."""
    return request.getfixturevalue(URL_FIXTURES[request.param])


@pytest.fixture
async def column(guild: House, news: NewsServer) -> House:
    """A guild that is set up and follows a feed with news, one of which asks a question."""
    await guild.sources.add(editor(), news.publish("/motor", VANS, Entry("trucks", "Trucks grow")))
    return guild
