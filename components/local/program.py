"""Runs the unmodified program in this process, with a monitor in place of Pulumi's engine."""

import asyncio
import atexit
import contextlib
import gc
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

from .errors import LocalError
from .stack_config import StackConfig

# The interpreter collects garbage when it ends, which takes 0.8 s on the SDK's heap; frozen objects are exempt.
atexit.register(gc.freeze)


def program_file(root: Path, config: StackConfig) -> Path:
    """Return the file to run of the program at `root`. It runs in its folder, as `GetPwdMain` of the CLI chooses it.

    Raises:
        LocalError: it does not exist.
    """
    main = root / config.main
    file = main / "__main__.py" if main.is_dir() else main
    if not file.is_file():
        remedy = "write it" if config.main == "." else "correct `main` in Pulumi.yaml, a folder or a file"
        raise LocalError(f"the program, {file}, does not exist: {remedy}")
    return file


def run_program(root: Path, config: StackConfig, monitor: MockMonitor, *, preview: bool = False) -> dict[str, Any]:
    """Run the program at `root` with `monitor` as the engine, and return the stack's outputs.

    Raises:
        LocalError: the program does not exist.
        pulumi.RunError: the configuration is invalid, or a component refuses its arguments.
        Exception: raised by the monitor.
    """
    file = program_file(root, config)
    with _program_folder(file.parent):
        return run_declarations(lambda: _run_main(file), config, monitor, preview=preview)


def run_declarations(
    declare: Callable[[], None], config: StackConfig, monitor: MockMonitor, *, preview: bool = False
) -> dict[str, Any]:
    """Call `declare`, wait until all its resources are registered, and return the exported outputs."""
    with _no_garbage_collection(), asyncio.Runner() as runner:
        # The SDK uses the event loop that is current when the mocks are set.
        asyncio.set_event_loop(runner.get_loop())
        # The first error is raised below; unfinished tasks of the SDK would log it again.
        runner.get_loop().set_exception_handler(lambda *_: None)
        set_all_config(dict(config.values))
        # The SDK expects one stack per process; remove its state of earlier runs.
        ROOT.set(None)
        SETTINGS.outputs.clear()
        SETTINGS.rpc_manager.clear()
        set_mocks(monitor.mocks, project=config.project, stack=config.stack, preview=preview, monitor=monitor)
        runner.get_loop().run_until_complete(run_pulumi_func(declare))
        return runner.get_loop().run_until_complete(_outputs())


@contextlib.contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Collect no garbage during a run: on the SDK's large heap this takes 40% of the time, and frees only 10 MB."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _run_main(file: Path) -> None:
    with warnings.catch_warnings():
        # pulumi_aws.lambda_ uses deprecated types of its own on import.
        warnings.simplefilter("ignore", DeprecationWarning)
        runpy.run_path(str(file), run_name="__main__")


async def _outputs() -> dict[str, Any]:
    stack = get_root_resource()
    declared = stack.outputs if isinstance(stack, Stack) else {}
    outputs: dict[str, Any] = await pulumi.Output.from_input(declared).future() or {}
    return outputs


@contextlib.contextmanager
def _program_folder(root: Path) -> Iterator[None]:
    """Change to the program's folder and import from it, as the language host does."""
    before = Path.cwd()
    os.chdir(root)
    sys.path.insert(0, str(root))
    try:
        yield
    finally:
        sys.path.remove(str(root))
        os.chdir(before)
