"""What the local engine does with declarations, over the emulator's memory of earlier runs."""

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.runtime import MockResourceArgs

from local.errors import LocalError
from local.provisioner import Memory, Provisioner
from local.resources import KINDS
from local.resources.kind import Context, Kind, Made
from tests.emulator.conftest import Local

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hidden"}
"""A secret on the way to an engine."""


def declared(name: str, **inputs: Any) -> MockResourceArgs:
    return MockResourceArgs("test:thing", name, inputs, "", "", True)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, local: Local) -> Iterator[list[tuple[str, Any]]]:
    """What was asked of a kind of resource that only remembers."""
    seen: list[tuple[str, Any]] = []

    def make(_: Context, name: str, inputs: Any) -> Made:
        seen.append(("create", inputs))
        return Made(id=name, outputs={})

    def change(_: Context, made: Made, inputs: Any) -> Made:
        seen.append(("update", inputs))
        return made

    kind = Kind(create=make, update=change, delete=lambda _, made: seen.append(("delete", made.id)))
    monkeypatch.setitem(KINDS, "test:thing", kind)
    yield seen
    memory = Memory(local.context)
    for key in ("test:thing::api", "test:thing::route"):
        if memory.get(key):
            memory.forget(key)


def test_a_resource_that_is_declared_twice_is_refused(local: Local, seen: list[tuple[str, Any]]) -> None:
    engine = Provisioner(local.context, Memory(local.context))
    engine.new_resource(declared("api"))
    with pytest.raises(LocalError, match="the program declares api of type test:thing twice"):
        engine.new_resource(declared("api"))
    assert len(seen) == 1


def test_kinds_get_secrets_as_their_values(local: Local, seen: list[tuple[str, Any]]) -> None:
    engine = Provisioner(local.context, Memory(local.context))
    engine.new_resource(declared("api", environment={"KEY": SECRET}, list=[SECRET]))
    assert seen == [("create", {"environment": {"KEY": "hidden"}, "list": ["hidden"]})]


def test_an_update_does_not_change_the_order_of_removal(local: Local, seen: list[tuple[str, Any]]) -> None:
    memory = Memory(local.context)
    engine = Provisioner(local.context, memory)
    engine.new_resource(declared("api"))
    engine.new_resource(declared("route"))
    Provisioner(local.context, memory).new_resource(declared("api", changed=True))
    api, route = (memory.get(f"test:thing::{name}") for name in ("api", "route"))
    assert api is not None
    assert route is not None
    assert api.number < route.number
    assert [what for what, _ in seen] == ["create", "create", "update"]
