"""Time zones as the rules that handlers evaluate, so that no artifact contains a database of zones."""

import datetime
from difflib import get_close_matches
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from io import BytesIO
from zoneinfo import ZoneInfo

UTC = "UTC"
"""Time zone of sites without one."""
YEARS = 10
"""Number of years in which the clock must follow the rule."""
CYCLE = datetime.timedelta(days=146_097)
"""400 years, after which dates have the same weekdays. No file lists changes so far ahead: its rule applies."""


@cache
def zone_names() -> frozenset[str]:
    """Return the names of the IANA time zone database."""
    return frozenset(files("tzdata").joinpath("zones").read_text().split())


def zone_like(name: str) -> str:
    """Return the name of a regular time zone, as similar as possible."""
    regular = [zone for zone in get_close_matches(name, sorted(zone_names())) if has_yearly_rule(zone)]
    return regular[0] if regular else "Europe/Berlin"


def posix_rule(name: str) -> str:
    """Return the rule of a zone in the form of the POSIX variable `TZ`, such as `CET-1CEST,M3.5.0,M10.5.0/3`.

    It is the footer of the zone's file: https://www.rfc-editor.org/rfc/rfc9636#name-tzif-footer
    """
    return _file(name).rstrip(b"\n").rpartition(b"\n")[2].decode("ascii")


def has_yearly_rule(name: str) -> bool:
    """Return whether the clock of a zone follows its rule from the year after the release of the database.

    Otherwise the database lists single changes, such as those around Ramadan.
    """
    zone = ZoneInfo.from_file(BytesIO(_file(name)))
    return all(zone.utcoffset(day) == zone.utcoffset(later) for day, later in _days())


@cache
def _days() -> list[tuple[datetime.datetime, datetime.datetime]]:
    """Return days, each with the same day 400 years later."""
    start = datetime.datetime(int(version("tzdata").partition(".")[0]) + 1, 1, 1)
    days = [start + datetime.timedelta(days=day) for day in range(YEARS * 365)]
    return [(day, day + CYCLE) for day in days]


@cache
def _file(name: str) -> bytes:
    return files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
