"""Prints the result of `make local`."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape

from local.analytics import PASSWORD, USER
from local.calls import TimedResponse, curl
from local.examples import Example

MARGIN = "    "
SHOWN_CHARACTERS = 100


def print_result(outputs: Mapping[str, Any], calls: Sequence[tuple[Example, TimedResponse]], seconds: float) -> None:
    """Print each route with its response and its curl command or URL, then all functions and tables."""
    console = Console(highlight=False, soft_wrap=True)
    api_url = outputs["apiUrl"]
    for example, response in calls:
        color = "red" if response.is_error else "green"
        status = f"[{color}]{response.status}[/] [dim]in {response.milliseconds} ms[/]"
        summary = _open(api_url, example, response) if response.is_document else _summary(response)
        console.print(f"[bold]{escape(example.route_key)}[/] {status} {escape(summary)}")
        if not response.is_document:
            console.print(MARGIN + curl(api_url, example), markup=False)
    for kind in ("functions", "tables"):
        names = "  ".join(f"[bold]{name}[/] {physical}" for name, physical in outputs.get(kind, {}).items())
        console.print(f"[dim]{kind}[/] {names}")
    console.print(
        f"[bold]API[/] {escape(api_url)} ready in {seconds:.0f} s: make logs, invoke, token, down; outputs in "
        ".local/outputs.json"
    )


def _open(api_url: str, example: Example, response: TimedResponse) -> str:
    """Return how to open a document, with the sample user if it is a sign-in form."""
    sign_in = f"  user: {USER}  password: {PASSWORD}" if response.is_sign_in else ""
    return f"open {api_url}{example.path}{sign_in}"


def _summary(response: TimedResponse) -> str:
    try:
        text = response.body.decode()
    except UnicodeDecodeError:
        text = ""
    if text.isprintable() and text:
        return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
    return f"{response.content_type}, {len(response.body):,} bytes"
