"""Runs the unmodified `__main__.py` in this process, with a monitor of ours where the engine would be."""

import asyncio
import contextlib
import os
import runpy
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import set_all_config, set_mocks
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import ROOT, SETTINGS, get_root_resource
from pulumi.runtime.stack import Stack, run_pulumi_func

from .stack_config import StackConfig


def run_program(root: Path, config: StackConfig, monitor: MockMonitor, *, preview: bool = False) -> dict[str, Any]:
    """Run the program at `root` with `monitor` for an engine, and return the stack's outputs.

    Raises:
        pulumi.RunError: the program refuses its configuration.
        Exception: whatever the monitor raised.
    """
    with _program_folder(root):
        return run_declarations(lambda: _run_main(root), config, monitor, preview=preview)


def run_declarations(
    declare: Callable[[], None], config: StackConfig, monitor: MockMonitor, *, preview: bool = False
) -> dict[str, Any]:
    """Call `declare`, wait until everything it declared has settled, and return what it exported."""
    with asyncio.Runner() as runner:
        # The SDK schedules on the loop that it finds while the mocks are set, so it must be this one.
        asyncio.set_event_loop(runner.get_loop())
        # The first error is raised below; the SDK leaves tasks that would log it once more when they are collected.
        runner.get_loop().set_exception_handler(lambda *_: None)
        set_all_config(dict(config.values))
        # The SDK makes one stack in a process, and keeps what a failed run has left to wait for.
        ROOT.set(None)
        SETTINGS.outputs.clear()
        SETTINGS.rpc_manager.clear()
        set_mocks(monitor.mocks, project=config.project, stack=config.stack, preview=preview, monitor=monitor)
        runner.get_loop().run_until_complete(run_pulumi_func(declare))
        return runner.get_loop().run_until_complete(_outputs())


def _run_main(root: Path) -> None:
    with warnings.catch_warnings():
        # pulumi_aws.lambda_ names two of its own deprecated types when it is imported.
        warnings.simplefilter("ignore", DeprecationWarning)
        runpy.run_path(str(root / "__main__.py"), run_name="__main__")


async def _outputs() -> dict[str, Any]:
    stack = get_root_resource()
    declared = stack.outputs if isinstance(stack, Stack) else {}
    outputs: dict[str, Any] = await pulumi.Output.from_input(declared).future() or {}
    return outputs


@contextlib.contextmanager
def _program_folder(root: Path) -> Iterator[None]:
    """Be in the program's folder and import from it, as the language host does."""
    before = Path.cwd()
    os.chdir(root)
    sys.path.insert(0, str(root))
    try:
        yield
    finally:
        sys.path.remove(str(root))
        os.chdir(before)
