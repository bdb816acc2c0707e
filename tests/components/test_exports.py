import dataclasses
import importlib
import inspect
from collections.abc import Iterator
from typing import Any, get_args

import pytest

LIBRARY = importlib.import_module("components")


def classes(hint: Any) -> Iterator[type]:
    """Return the classes in a type hint."""
    if isinstance(hint, type):
        yield hint
    for argument in get_args(hint):
        yield from classes(argument)


def arguments(exported: type) -> Iterator[type]:
    """Return the classes that a program passes to an exported class: to its fields or its public methods."""
    own = [value for name, value in vars(exported).items() if inspect.isfunction(value) and not name.startswith("_")]
    annotations = [inspect.get_annotations(value) for value in own]
    if dataclasses.is_dataclass(exported):
        annotations.append(inspect.get_annotations(exported))
    for found in annotations:
        yield from (part for name, hint in found.items() if name != "return" for part in classes(hint))


@pytest.mark.parametrize("name", LIBRARY.__all__)
def test_programs_can_import_the_arguments_of_everything_exported(name: str) -> None:
    exported = getattr(LIBRARY, name)
    missing = {
        found.__name__
        for found in (arguments(exported) if isinstance(exported, type) else ())
        if found.__module__.startswith("components.") and dataclasses.is_dataclass(found)
    }
    assert missing <= set(LIBRARY.__all__)
