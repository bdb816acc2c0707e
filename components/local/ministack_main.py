"""The emulator: ministack, made faster. `EmulatorHome` runs this file; its argument is the state file."""

import contextlib
import os
import signal
import sys
import time
from functools import lru_cache
from pathlib import Path
from socketserver import StreamRequestHandler
from threading import Thread

from ministack.app import main
from ministack.services import dynamodb

# Lambda's Runtime API writes an event after its headers. The kernel would send it when the function has acknowledged
# the headers, which takes 40 ms of each invocation.
StreamRequestHandler.disable_nagle_algorithm = True

# An expression of a request would be parsed again for each item that a Query or a Scan reads.
# Private functions without side effects; their results are only read.
for name in ("_tokenize", "_condition_syntax_error"):
    if parse := getattr(dynamodb, name, None):
        setattr(dynamodb, name, lru_cache(parse))


def end_without(state: Path) -> None:
    """Kill the emulator and its functions when the state file is gone, because then no command can find them."""
    started = state.stat()
    with contextlib.suppress(FileNotFoundError):
        while os.path.samestat(started, state.stat()):
            time.sleep(1)
    os.killpg(0, signal.SIGKILL)


Thread(target=end_without, args=[Path(sys.argv.pop())], daemon=True).start()
main()
