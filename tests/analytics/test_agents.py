"""Crawlers are seen, and people are never taken for crawlers, over the agents that two packages collect."""

import json
import random
import re
import subprocess
from importlib.resources import files

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA as CRAWLERS

from operations.crawler_table import AI_CRAWLERS_FILE, CRAWLERS_FILE, ai_crawlers, crawlers
from tests.recording import ROOT
from tests.rust_programs import built_tool

RECALL = 0.99
AI_NAMES = {
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)": "GPTBot",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +mail@example.com)": "ClaudeBot",
    "CCBot/2.0 (https://commoncrawl.org/faq/)": "CCBot",
    "meta-externalagent/1.1": "meta-externalagent",
}


def bots(agents: list[str]) -> dict[str, str]:
    """Return the name of the bot of each agent, empty for people."""
    text = "".join(f"{agent}\n" for agent in agents)
    printed = subprocess.run([built_tool("agents")], input=text, check=True, capture_output=True, text=True)
    return dict(zip(agents, [line.split("\t")[0] for line in printed.stdout.splitlines()], strict=True))


@pytest.fixture(scope="module")
def people() -> list[str]:
    lines = files("fake_useragent").joinpath("data/browsers.jsonl").read_text(encoding="utf-8").splitlines()
    # One of them has quotation marks around it.
    return sorted({json.loads(line)["useragent"].strip('"') for line in lines})


def mutated(agents: list[str], seed: int) -> list[str]:
    """Return the agents with newer versions."""
    chance = random.Random(seed)
    return [re.sub(r"\d+", lambda _: str(chance.randrange(1, 300)), agent) for agent in agents]


def test_the_tables_are_those_that_make_lock_writes() -> None:
    assert (ROOT / CRAWLERS_FILE).read_text() == crawlers(), "run `make lock`"
    assert (ROOT / AI_CRAWLERS_FILE).read_text() == ai_crawlers(), "run `make lock`"


def test_crawlers_are_seen() -> None:
    agents = sorted({agent for crawler in CRAWLERS for agent in crawler["instances"]})
    seen = bots(agents)
    missed = [agent for agent, bot in seen.items() if not bot]
    assert len(missed) <= len(agents) * (1 - RECALL), "\n".join(missed)


def test_people_are_never_taken_for_crawlers(people: list[str]) -> None:
    assert len(people) > 700
    for agents in (people, mutated(people, 1), mutated(people, 2)):
        assert {agent: bot for agent, bot in bots(agents).items() if bot} == {}


def test_an_agent_with_a_documentation_link_is_a_crawler(people: list[str]) -> None:
    chance = random.Random(3)
    for suffix in (" (+https://example.org/about)", " (compatible; Fetcher/1.0)", " www.example.org", " Some-Spider/2"):
        agents = [agent + suffix for agent in chance.sample([a for a in people if "MSIE" not in a], 50)]
        assert all(bots(agents).values()), suffix


def test_ai_crawlers_are_named() -> None:
    assert bots(list(AI_NAMES)) == AI_NAMES
