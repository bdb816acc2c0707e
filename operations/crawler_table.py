"""Generates the tables of texts that identify crawlers for `analytics-api`, from the package crawler-user-agents.

The package has a regular expression per crawler. Almost all of them match a few fixed texts, which the API searches
without a regex engine. The others match crawlers that the API detects by its own rules.
"""

import itertools
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from re import _constants as codes
from re import _parser as parser
from typing import Any

from crawleruseragents import CRAWLER_USER_AGENTS_DATA as CRAWLERS

FOLDER = Path("rust") / "functions" / "analytics-api" / "src" / "collect" / "agent"
CRAWLERS_FILE = FOLDER / "crawlers.txt"
AI_CRAWLERS_FILE = FOLDER / "ai-crawlers.txt"

HEAD = """\
# {what}
# Written by `make lock` from crawler-user-agents {version} (MIT License), not by hand.
"""

USED_BY_PEOPLE = frozenset(
    {
        # Applications that open pages for people.
        *("Asana/", "Blackboard", "Bluesky/", "Chirp", "Code/1.", "Daum/", "Fluid", "Goodreads", "Grammarly/"),
        *(
            "Hatena",
            "Instapaper/",
            "MetaIAB Facebook",
            "Notion/",
            "PayPal/",
            "Salesforce.com",
            "Trae/",
            "Tumblr/",
            "Viber",
        ),
        *("WhatsApp", "upday/"),
        # Browsers and their parts.
        *("CapitalOneShopping", "CyberPatrol", "DMBrowser", "Genieo", "Sogou", "coccoc", "mail.ru"),
        # Names of devices and builds.
        *("008/", "AP3A.240617.008", "Adventurer", "Magellan", "Nitro-", "Odin;", "RED/", "Sonic"),
    }
)
"""Texts of the package that also occur in user agents of people."""

BY_RULE = re.compile(r"(bot|spider|crawler)(?![a-z])|https?://|www\.", re.IGNORECASE)
"""User agents that the API detects as crawlers without the table."""


def write(root: Path) -> None:
    """Write both tables."""
    (root / CRAWLERS_FILE).write_text(crawlers(), encoding="utf-8")
    (root / AI_CRAWLERS_FILE).write_text(ai_crawlers(), encoding="utf-8")


def crawlers() -> str:
    """Return the texts of crawlers that no rule detects, one per line."""
    texts = {
        text
        for crawler in CRAWLERS
        if _is_like_a_browser(crawler)
        for text in _texts(crawler["pattern"])
        if not BY_RULE.search(f"{text} ")
    }
    return _table("Texts in user agents of crawlers.", sorted(_shortest(texts - USED_BY_PEOPLE)))


def ai_crawlers() -> str:
    """Return the texts of AI crawlers, one per line."""
    names = {
        text for crawler in CRAWLERS if "ai-crawler" in crawler.get("tags", ()) for text in _texts(crawler["pattern"])
    }
    # Of several spellings, the one with the most capitals.
    written = {name.lower(): name for name in sorted(names, key=lambda name: (sum(map(str.isupper, name)), name))}
    return _table(
        "Texts in user agents of AI crawlers: their names, some with a final slash.", sorted(written.values())
    )


def _is_like_a_browser(crawler: dict[str, Any]) -> bool:
    """Return whether a crawler's user agent starts like a browser's; the API detects all others by their start."""
    return any(agent.startswith("Mozilla/") for agent in crawler["instances"]) or not crawler["instances"]


def _table(what: str, lines: Iterable[str]) -> str:
    return HEAD.format(what=what, version=version("crawler-user-agents")) + "".join(f"{line}\n" for line in lines)


def _shortest(texts: set[str]) -> Iterator[str]:
    """Yield the texts that do not start with another one."""
    last = None
    for text in sorted(texts):
        if last is None or not text.startswith(last):
            last = text
            yield text


def _texts(pattern: str) -> list[str]:
    """Return the texts that an expression matches; empty if they are too many or anchored at the start."""
    expanded = _expanded(parser.parse(pattern))
    return [text.lstrip() for text in expanded or () if len(text.strip()) > 1]


def _expanded(tree: Iterable[tuple[Any, Any]]) -> list[str] | None:
    parts = [_alternatives(code, argument) for code, argument in tree]
    known = [part for part in parts if part is not None]
    return ["".join(words) for words in itertools.product(*known)] if len(known) == len(parts) else None


def _alternatives(code: object, argument: Any) -> list[str] | None:
    if code is codes.LITERAL:
        return [chr(argument)]
    if code is codes.IN and all(kind is codes.LITERAL for kind, _ in argument):
        return [chr(character) for _, character in argument]
    if code is codes.SUBPATTERN:
        return _expanded(argument[-1])
    if code is codes.BRANCH:
        return [text for branch in argument[1] for text in _expanded(branch) or ()]
    # User agents of browsers start with Mozilla.
    return [""] if code is codes.AT and argument is codes.AT_END else None


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
