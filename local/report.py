"""Prints the result of `make local`."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape

from local.analytics import PASSWORD, USER
from local.calls import Answer, curl
from local.examples import Example

MARGIN = "    "
SHOWN_CHARACTERS = 100


def print_result(outputs: Mapping[str, Any], calls: Sequence[tuple[Example, Answer]], seconds: float) -> None:
    """Print each route with its response and its curl command or URL, then all functions and tables."""
    console = Console(highlight=False, soft_wrap=True)
    api_url = outputs["apiUrl"]
    for example, answer in calls:
        color = "red" if answer.is_error else "green"
        status = f"[{color}]{answer.status}[/] [dim]in {answer.milliseconds} ms[/]"
        gist = _page(api_url, example, answer) if answer.is_page else _gist(answer)
        console.print(f"[bold]{escape(example.route_key)}[/] {status} {escape(gist)}")
        if not answer.is_page:
            console.print(MARGIN + curl(api_url, example), markup=False)
    for kind in ("functions", "tables"):
        names = "  ".join(f"[bold]{name}[/] {physical}" for name, physical in outputs.get(kind, {}).items())
        console.print(f"[dim]{kind}[/] {names}")
    console.print(
        f"[bold]API[/] {escape(api_url)} ready in {seconds:.0f} s: make logs, invoke, token, down; outputs in "
        ".local/outputs.json"
    )


def _page(api_url: str, example: Example, answer: Answer) -> str:
    """Return a page's URL, with the sample user if it asks for a password."""
    sign_in = f"  user: {USER}  password: {PASSWORD}" if answer.asks_for_password else ""
    return f"open {api_url}{example.path}{sign_in}"


def _gist(answer: Answer) -> str:
    try:
        text = answer.body.decode()
    except UnicodeDecodeError:
        text = ""
    if text.isprintable() and text:
        return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
    return f"{answer.content_type}, {len(answer.body):,} bytes"
