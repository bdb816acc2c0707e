"""Tests of the events of subjects."""

import io
import itertools

import pytest
from PIL import Image

from benchmarks.section import BenchError
from benchmarks.subjects.glitch import draw
from benchmarks.subjects.subject import all_equal
from benchmarks.subjects.trigger import event, views_of


def test_every_language_counts_the_same_views() -> None:
    ours, theirs = (list(itertools.islice(views_of(site), 200)) for site in ("a.example", "b.example"))
    assert {view["Path"]["S"] for view in ours} == {"view/a.example"}
    assert [{**view, "Path": {"S": "view/b.example"}} for view in ours] == theirs


def test_visitors_repeat_and_views_do_not() -> None:
    views = list(itertools.islice(views_of("a.example"), 200))
    assert len({view["Visitor"]["S"] for view in views}) < 200
    assert len({view["Section"]["S"] for view in views}) == 200


def test_records_of_a_batch_are_numbered() -> None:
    records = event(list(itertools.islice(views_of("a.example"), 3)))["Records"]
    assert len({record["dynamodb"]["SequenceNumber"] for record in records}) == 3


def test_a_picture_has_almost_the_requested_size() -> None:
    picture = draw(100_000)
    assert 90_000 < len(picture) <= 100_000
    assert Image.open(io.BytesIO(picture)).format == "JPEG"


def test_different_responses_are_reported_by_language() -> None:
    all_equal("the status", {"Rust": 200, "Python": 200})
    with pytest.raises(BenchError, match=r"the status differs.*\n  Rust: 200\n  Python: 500"):
        all_equal("the status", {"Rust": 200, "Python": 500})
