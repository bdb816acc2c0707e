import os
import subprocess
from pathlib import Path

from components.local.cargo_progress import ENVIRONMENT, CargoProgress
from tests.workspaces import write_workspace


def bar(done: int, total: int) -> str:
    return f"    Building [====>      ] {done}/{total}: aws-sdk-dynamodb, tokio(build.rs)   \r"


def steps(*lines: tuple[float, str]) -> list[str]:
    reported: list[str] = []
    now = 0.0
    progress = CargoProgress(reported.append, lambda: now)
    for now, line in lines:  # noqa: B007 (the clock reads it)
        assert progress.consume(line)
    return reported


def test_compiled_crates_are_counted_with_an_estimate() -> None:
    assert steps((0, bar(0, 200)), (5, bar(20, 200)), (50, bar(100, 200)), (95, bar(199, 200))) == [
        "compiling 0/200",
        "compiling 20/200",
        "compiling 100/200, about 50 s left",
        "compiling 199/200, about 10 s left",
    ]


def test_crates_compiled_earlier_do_not_shorten_the_estimate() -> None:
    assert steps((0, bar(150, 200)), (20, bar(160, 200)))[-1] == "compiling 160/200, about 80 s left"


def test_a_bar_that_has_hardly_moved_is_not_reported_again() -> None:
    assert len(steps(*((0, bar(done, 200)) for done in range(200)))) == 20


def test_errors_are_not_progress() -> None:
    progress = CargoProgress(lambda _: None)
    for line in ("error[E0560]: struct `Echo` has no field", "  --> src/main.rs:1:1", "warning: unused", "\n"):
        assert not progress.consume(line)


def test_a_wait_for_another_cargo_is_reported() -> None:
    reported: list[str] = []
    progress = CargoProgress(reported.append)
    assert progress.consume("    Blocking waiting for file lock on package cache\n")
    assert reported == ["waiting for file lock on package cache"]


def test_a_real_build_is_counted(tmp_path: Path) -> None:
    write_workspace(
        tmp_path,
        {
            "Cargo.toml": '[package]\nname = "one"\nversion = "0.1.0"\nedition = "2024"\n',
            "src/main.rs": "fn main() {}\n",
        },
    )
    reported: list[str] = []
    progress = CargoProgress(reported.append)
    build = subprocess.run(
        ["cargo", "build", "--offline"],
        cwd=tmp_path,
        env={**os.environ, **ENVIRONMENT, "CARGO_TARGET_DIR": str(tmp_path / "target")},
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert [line for line in build.stderr.splitlines(keepends=True) if not progress.consume(line)] == []
    assert "compiling 0/1" in reported
