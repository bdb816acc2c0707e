"""Tests of the rules of time zones, with the zones in the database."""

from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from importlib.resources import files
from io import BytesIO
from struct import pack
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.time_zones import has_yearly_rule, posix_rule, zone_like, zone_names

NEXT_YEAR = datetime(int(version("tzdata").partition(".")[0]) + 1, 1, 1, tzinfo=UTC)


def database(name: str) -> ZoneInfo:
    return ZoneInfo.from_file(BytesIO(files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()))


def ruled(rule: str) -> ZoneInfo:
    """Return a zone that has only a rule: https://www.rfc-editor.org/rfc/rfc9636."""
    block = b"TZif2" + bytes(15) + pack(">6l", 0, 0, 0, 0, 1, 4) + pack(">lBB", 0, 0, 0) + b"UTC\0"
    return ZoneInfo.from_file(BytesIO(block + block + f"\n{rule}\n".encode()))


@given(zone=st.sampled_from(sorted(zone_names())).filter(has_yearly_rule), minutes=st.integers(0, 9 * 366 * 24 * 60))
def test_a_rule_gives_the_local_time_of_its_zone(zone: str, minutes: int) -> None:
    moment = NEXT_YEAR + timedelta(minutes=minutes)
    assert moment.astimezone(ruled(posix_rule(zone))).utcoffset() == moment.astimezone(database(zone)).utcoffset()


def test_almost_every_zone_has_a_rule() -> None:
    regular = {zone for zone in zone_names() if has_yearly_rule(zone)}
    assert len(regular) / len(zone_names()) > 0.99
    assert {"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"} <= regular


def test_a_zone_with_single_changes_follows_no_rule() -> None:
    assert not has_yearly_rule("Asia/Gaza")


@pytest.mark.parametrize(
    ("written", "meant"), [("Europe/Berln", "Europe/Berlin"), ("europe/paris", "Europe/Paris"), ("", "Europe/Berlin")]
)
def test_a_similar_zone_is_suggested(written: str, meant: str) -> None:
    assert zone_like(written) == meant
