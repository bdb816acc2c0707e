"""Values that are only known when the program's own code has run."""

import asyncio
from collections.abc import Callable
from typing import TypeVar, cast

import pulumi

T = TypeVar("T")


class ProgramBody:
    """The program's code outside of `apply`, which may add to a component after the component's own declaration."""

    def __init__(self) -> None:
        """Start to wait for its end."""
        self.has_ended = False
        self._end = asyncio.ensure_future(self._wait())

    def at_the_end(self, value: Callable[[], T]) -> pulumi.Output[T]:
        """Return an output of what `value` returns at the end; resources wait for it, and the program does not."""

        async def wait() -> T:
            await self._end
            return value()

        return cast("pulumi.Output[T]", pulumi.Output.from_input(wait()))

    async def _wait(self) -> None:
        # The event loop goes on when the program's code has run.
        await asyncio.sleep(0)
        self.has_ended = True
