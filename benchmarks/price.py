"""The price of a million requests.

List prices of arm64 in us-east-1, without the free tier and before the discount of the second tier. A duration is
rounded up to a millisecond: https://aws.amazon.com/lambda/pricing/
"""

import math

DOLLARS_PER_MILLION_REQUESTS = 0.20
DOLLARS_PER_GB_SECOND = 0.0000133334
MILLION = 1_000_000


def dollars_per_million(milliseconds: float, memory_mib: int) -> float:
    """Return the price of a million warm requests of a function."""
    gb_seconds = MILLION * math.ceil(milliseconds) / 1000 * memory_mib / 1024
    return DOLLARS_PER_MILLION_REQUESTS + gb_seconds * DOLLARS_PER_GB_SECOND
