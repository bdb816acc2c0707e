"""Values that are known when the program's code has run."""

import asyncio
from collections.abc import Callable
from typing import TypeVar, cast

import pulumi

T = TypeVar("T")


class ProgramBody:
    """Detects the end of the program's code. Until then, the program may add to a component."""

    def __init__(self) -> None:
        """Start waiting for the end."""
        self.has_ended = False
        self._end = asyncio.ensure_future(self._wait())

    def at_the_end(self, value: Callable[[], T | pulumi.Output[T]]) -> pulumi.Output[T]:
        """Return an output of `value()` at the end. Resources wait for it; the program does not."""

        async def wait() -> T | pulumi.Output[T]:
            await self._end
            return value()

        return cast("pulumi.Output[T]", pulumi.Output.from_input(wait()))

    def require_open(self, problem: str, verb: str) -> None:
        """Refuse an addition to a component after the end. The message is the problem, and what to do instead.

        Raises:
            pulumi.RunError: the program's code has run.
        """
        if self.has_ended:
            raise pulumi.RunError(f"{problem}: {verb} it in the body of the program, not in an `apply`")

    async def _wait(self) -> None:
        # The event loop continues after the program's code.
        await asyncio.sleep(0)
        self.has_ended = True
