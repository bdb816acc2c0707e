"""The process of the emulator: ministack, made faster. `EmulatorHome` runs this file as a script."""

from functools import lru_cache
from socketserver import StreamRequestHandler

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

main()
