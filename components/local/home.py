"""The folder with the files of local runs, such as the outputs."""

import contextlib
import fcntl
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..generated_folder import create_generated_folder
from .errors import LocalError


class Home:
    """The folder of local runs, `.local` by default."""

    def __init__(self, folder: Path) -> None:
        """Create `folder` unless it exists. An existing one may be the user's, so git must not ignore it."""
        if not folder.is_dir():
            create_generated_folder(folder)
        self.folder = folder
        self.outputs_file = folder / "outputs.json"

    def write_outputs(self, outputs: dict[str, Any]) -> None:
        """Write the stack's outputs for scripts."""
        written = self.outputs_file.with_suffix(".new")
        written.write_text(json.dumps(outputs, indent=2) + "\n", encoding="utf-8")
        written.replace(self.outputs_file)

    def read_outputs(self, start: str) -> dict[str, Any]:
        """Return the outputs of the last run; `start` is the command that runs the program.

        Raises:
            LocalError: there was no run, or the file is damaged.
        """
        try:
            outputs: dict[str, Any] = json.loads(self.outputs_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise LocalError(f"nothing runs here yet: run `{start}`") from None
        except ValueError as error:
            raise LocalError(f"{self.outputs_file} is not JSON ({error}): run `{start}`, which writes it") from None
        return outputs

    @contextlib.contextmanager
    def one_run_at_a_time(self) -> Iterator[None]:
        """Lock the folder for a run of the program.

        Raises:
            LocalError: another run has locked it.
        """
        with (self.folder / "run.lock").open("w") as lock:
            try:
                fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LocalError(f"another run uses this folder, {self.folder}: wait for it, or stop it") from None
            yield
