"""The process of the emulator: ministack, with each expression of a request parsed once.

ministack parses it again for each item that a Query or a Scan reads, which is most of the time of a large one.
`EmulatorHome` runs this file as a script.
"""

from functools import lru_cache

from ministack.app import main
from ministack.services import dynamodb

# Private functions without side effects; their results are only read.
for name in ("_tokenize", "_condition_syntax_error"):
    if parse := getattr(dynamodb, name, None):
        setattr(dynamodb, name, lru_cache(parse))

main()
