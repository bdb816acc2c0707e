import dataclasses
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pipeline import drift
from pipeline.comment import environment_comment, marker, preview_comment
from pipeline.guard import LABEL, judge
from pipeline.markdown import code, printable
from pipeline.preview import Preview, read_preview
from tests.pipeline.recorded import FIXTURES, recorded_preview, recorded_text

GITHUB_LIMIT = 65_536


def comment(
    preview: Preview,
    *,
    labels: tuple[str, ...] = (),
    causes: dict[str, list[str]] | None = None,
    diff: str = "Previewing update (dev):",
) -> str:
    return preview_comment("dev", preview, judge(preview, list(labels)), causes or {}, diff)


def test_the_comment_starts_with_its_marker() -> None:
    assert comment(recorded_preview("code")).startswith(marker("dev"))
    assert marker("dev") != marker("prod")


def test_functions_with_new_code_are_listed_with_their_causes() -> None:
    text = comment(recorded_preview("code"), causes={"glitch": ["rust/functions/glitch/src/main.rs"], "echo": []})
    assert "### dev: 2 to update, 54 unchanged" in text
    assert "| `glitch` | `rust/functions/glitch/src/main.rs` |" in text
    assert "| `echo` |" not in text


def test_many_files_are_counted() -> None:
    files = [f"rust/crates/reply/src/{number}.rs" for number in range(20)]
    assert "and 12 more" in comment(recorded_preview("code"), causes={"glitch": files})


def test_code_without_a_changed_file_comes_from_the_stack() -> None:
    assert "| `glitch` | no file of this pull request: the stack runs" in comment(recorded_preview("code"))


def test_new_functions_and_architectures_need_no_file() -> None:
    assert "| `echo` | the function is new |" in comment(recorded_preview("create"))
    preview = recorded_preview("code")
    steps = [
        dataclasses.replace(step, after={"s3Key": str(step.code_after).replace("arm64", "x86_64")})
        for step in preview.steps
    ]
    moved = dataclasses.replace(preview, steps=tuple(step for step in steps if step.code_before))
    assert "another architecture, `arm64` to `x86_64`" in comment(moved)


def test_a_refused_loss_names_the_loss_and_the_label() -> None:
    text = comment(recorded_preview("replace"))
    assert "Refused" in text
    assert "> - `currencies-table` (`aws:dynamodb/table:Table`) would be replaced, losing its items" in text
    assert f"add the label `{LABEL}`" in text
    assert "| replace | `currencies-table` | `aws:dynamodb/table:Table` | `attributes[0].name`" in text


def test_an_allowed_loss_is_still_listed() -> None:
    text = comment(recorded_preview("replace"), labels=(LABEL,))
    assert "Refused" not in text
    assert "losing its items" in text


def test_a_preview_without_changes_is_one_line() -> None:
    assert comment(recorded_preview("unchanged")) == f"{marker('dev')}\n\n### dev: nothing changes\n"


def test_a_failed_preview_shows_the_error_and_nothing_else() -> None:
    text = comment(recorded_preview("failed"))
    assert "### dev: the preview failed" in text
    assert "RuntimeError: no" in text
    assert "unchanged" not in text


def test_the_diff_is_folded_and_without_the_lines_about_providers() -> None:
    text = comment(recorded_preview("replace"), diff=recorded_text("replace"))
    assert "<details>" in text
    assert '~ hashKey   : "pk" => "id"' in text
    assert "[provider=" not in text


def test_the_comment_contains_no_build_output(tmp_path: Path) -> None:
    """The preview's JSON contains Cargo's output in the build's old state."""
    digest = json.loads((FIXTURES / "code.json").read_text())
    for step in digest["steps"]:
        if step["urn"].endswith("::rust-build"):
            step["oldState"]["outputs"] |= {"stderr": "Compiling glitch v0.1.0", "stdout": "glitch/… uploaded"}
    (tmp_path / "preview.json").write_text(json.dumps(digest))
    text = comment(read_preview(tmp_path / "preview.json"))
    assert "rust-build" in text
    assert "Compiling" not in text
    assert "uploaded" not in text


def test_the_comment_contains_no_values(tmp_path: Path) -> None:
    """Only `pulumi preview --diff` shows values, and that hides secrets itself."""
    text = (FIXTURES / "replace.json").read_text().replace('"info"', '"hunter2"')
    (tmp_path / "preview.json").write_text(json.dumps({**json.loads(text), "config": {"token": "hunter2"}}))
    assert "hunter2" not in comment(read_preview(tmp_path / "preview.json"))


def test_a_long_diff_is_cut_to_github_s_limit() -> None:
    text = comment(recorded_preview("code"), diff="~ changed\n" * 100_000)
    assert len(text) < GITHUB_LIMIT
    assert "see the log of this check for the rest" in text
    assert text.rstrip().endswith("</details>")


def test_long_errors_and_lists_stay_within_github_s_limit() -> None:
    create = recorded_preview("create")
    many = dataclasses.replace(create, steps=create.steps * 50)
    assert len(comment(many, diff="+ x\n" * 100_000)) < GITHUB_LIMIT
    assert "more | | |" in comment(many)
    failed = dataclasses.replace(recorded_preview("failed"), errors=("x" * 50_000,) * 50)
    assert len(comment(failed)) < GITHUB_LIMIT


def test_no_text_of_a_diff_ends_the_fence() -> None:
    text = comment(recorded_preview("code"), diff="```\n@everyone\n````\n<script>")
    fences = re.findall(r"^`{5}$", text, re.MULTILINE)
    assert len(fences) == 2


def test_an_environment_is_announced_with_url_and_end() -> None:
    text = environment_comment("pr-12", "https://abc.execute-api.eu-west-1.amazonaws.com", "environment")
    assert text.startswith(marker("pr-12"))
    assert "https://abc.execute-api.eu-west-1.amazonaws.com" in text
    assert "`environment`" in text


HOSTILE = [
    "rust/`x` <img src=x onerror=alert(1)>.rs",
    "rust/``` @everyone\n# heading",
    "a|b|[link](https://evil.example)|",
    "**bold** _it_ ~~no~~ &lt;b&gt; https://evil.example www.evil.example",
    "`",
    "a`b``c",
    " leading and trailing ",
    "ends with a backslash \\",
    "x\\|y\r\n| a | row |",
    "\u202egnp.exe",
    "<!-- comment --> </details>",
]


def rendered(markdown: str) -> tuple[list[str], set[str]]:
    """Return the texts of code spans, and the types of all other tokens and HTML."""
    parsed = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = [child for token in parsed.parse(markdown) for child in (token, *(token.children or ()))]
    kinds = {token.content if "html" in token.type else token.type for token in tokens if token.type != "code_inline"}
    return [token.content for token in tokens if token.type == "code_inline"], kinds


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_name_is_shown_as_text(name: str) -> None:
    plain = comment(recorded_preview("code"), causes={"glitch": ["rust/a.rs"]})
    text = comment(recorded_preview("code"), causes={"glitch": [name]})
    spans, kinds = rendered(text)
    assert printable(name) in spans
    assert kinds == rendered(plain)[1], "the same structure as with a harmless name"
    assert len(spans) == len(rendered(plain)[0])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_resource_name_is_shown_as_text(name: str) -> None:
    def renamed(preview: Preview) -> Preview:
        steps = (dataclasses.replace(s, urn=s.urn.rsplit("::", 1)[0] + f"::{name}") for s in preview.steps)
        return dataclasses.replace(preview, steps=tuple(steps))

    for shown in ("replace", "delete", "code"):
        preview = recorded_preview(shown)
        spans, kinds = rendered(comment(renamed(preview)))
        assert kinds == rendered(comment(preview))[1]
        assert printable(name) in spans
    spans, kinds = rendered(str(drift.body("prod", renamed(recorded_preview("drift")))))
    assert kinds == rendered(str(drift.body("prod", recorded_preview("drift"))))[1]


@given(st.text(min_size=1, max_size=60))
def test_a_code_span_shows_only_its_text(text: str) -> None:
    for markdown in (code(text), f"| a | b |\n|---|---|\n| {code(text, in_table=True)} | c |"):
        spans, kinds = rendered(markdown)
        assert spans == [printable(text)]
        assert kinds <= {"inline", "paragraph_open", "paragraph_close"} | {
            *("table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close", "tr_open"),
            *("tr_close", "th_open", "th_close", "td_open", "td_close", "text"),
        }


@pytest.mark.parametrize("url", ["https://x) [a](https://evil.example", "<script>", "https://a.example/\n# x", "@all"])
def test_only_a_url_becomes_a_link(url: str) -> None:
    spans, kinds = rendered(environment_comment("pr-12", url, "environment"))
    assert printable(url) in spans
    assert "link_open" not in kinds
