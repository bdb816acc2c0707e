import json
from pathlib import Path

import pytest

from components.version_shift import AT_ONCE, Outcome
from pipeline.__main__ import main
from pipeline.live import BROUGHT_BACK, brought_back
from tests.recording import ROOT

DEPLOYED = {"outcome": "deployed", "live": "8", "reason": ""}
BACK = {"outcome": BROUGHT_BACK, "live": "7", "reason": "version 8 failed 3 times"}


def test_a_function_that_goes_on_with_the_version_before_is_told() -> None:
    assert brought_back({"deployments": {"echo": DEPLOYED, "glitch": BACK}}) == [
        "glitch goes on with version 7: version 8 failed 3 times"
    ]


@pytest.mark.parametrize("outputs", [{}, {"deployments": {}}, {"deployments": {"echo": DEPLOYED, "glitch": {}}}])
def test_a_stack_without_one_is_fine(outputs: dict[str, object]) -> None:
    assert brought_back(outputs) == []


def test_the_words_are_those_of_the_program() -> None:
    assert BROUGHT_BACK == Outcome.BROUGHT_BACK
    assert f"{AT_ONCE}: ${{{{ inputs.rollback" in (ROOT / ".github/workflows/stage.yml").read_text()


def test_the_verb_fails_and_says_what_happened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "outputs.json"
    monkeypatch.setattr("sys.argv", ["pipeline", "live", "--stack", "prod", "--outputs", str(file)])
    file.write_text(json.dumps({"deployments": {"glitch": BACK}}))
    with pytest.raises(SystemExit, match="the new code of prod was brought back:\nglitch goes on with version 7"):
        main()
    file.write_text(json.dumps({"deployments": {"glitch": DEPLOYED}}))
    main()
