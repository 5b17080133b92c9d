"""What may go wrong on the way to Discord and back."""

import asyncio
import re
from dataclasses import dataclass, field


class CutError(Exception):
    """The connection is to be closed without an answer."""


class Held:
    """A request that waits for the test to say how it goes on."""

    def __init__(self) -> None:
        self.arrived = asyncio.Event()
        self.carried_out = asyncio.Event()
        self.answered = asyncio.Event()
        self._carry_out: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def carry_out(self) -> None:
        """Let Discord do what was asked, and keep its answer back."""
        _settle(self._carry_out, to=True)
        await self.carried_out.wait()

    async def answer(self) -> None:
        """Let Discord do what was asked, if it has not, and answer."""
        _settle(self._carry_out, to=True)
        _settle(self._answer, to=True)
        await self.answered.wait()

    def cut(self) -> None:
        """Close the connection: what was not carried out never is, and the answer is lost."""
        _settle(self._carry_out, to=False)
        _settle(self._answer, to=False)

    async def before(self) -> None:
        """Wait in the server until the request may be carried out."""
        self.arrived.set()
        if not await self._carry_out:
            raise CutError

    async def after(self) -> None:
        """Wait in the server until the answer may go."""
        self.carried_out.set()
        if not await self._answer:
            raise CutError


def _settle(future: asyncio.Future[bool], *, to: bool) -> None:
    if not future.done():
        future.set_result(to)


@dataclass
class Fault:
    """One thing that goes wrong with requests whose ``METHOD /path`` matches `route`, `times` times.

    With a `status` nothing is carried out, unless `is_late`: then it is, and the status is all that is answered.
    """

    route: re.Pattern[str]
    times: int
    status: int | None = None
    is_late: bool = False
    retry_after_s: float | None = None
    everywhere: bool = False
    delay_s: float = 0.0
    loses_reply: bool = False
    held: Held | None = None
    met: asyncio.Event = field(default_factory=asyncio.Event)

    async def before(self) -> None:
        """Happen to a request that has arrived."""
        if self.held is not None:
            await self.held.before()
        if self.delay_s:
            await asyncio.sleep(self.delay_s)

    async def after(self) -> None:
        """Happen to the answer of a request that was carried out."""
        if self.held is not None:
            await self.held.after()
        if self.loses_reply:
            raise CutError


class Faults:
    """Those that are still to come, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, route: str, times: int = 1, **what: object) -> Fault:
        """Let something go wrong with the next `times` requests that match ``METHOD /path``, a regular expression."""
        fault = Fault(re.compile(route), times, **what)
        self._waiting.append(fault)
        return fault

    def take(self, request: str) -> Fault | None:
        """Return the fault that `request` meets, if it meets one."""
        for fault in self._waiting:
            if fault.route.fullmatch(request):
                fault.times -= 1
                if not fault.times:
                    self._waiting.remove(fault)
                fault.met.set()
                return fault
        return None

    def remove(self, fault: Fault) -> None:
        """Let it not happen any more."""
        if fault in self._waiting:
            self._waiting.remove(fault)

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._waiting.clear()
