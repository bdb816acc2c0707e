"""Names in sample requests that are not in use, because later samples replace and delete the item."""

import dataclasses
import json
import string
from collections.abc import Iterator, Mapping

from local.examples import Example

FIELDS = ("code",)
"""Fields of a body that contain the item's name."""


def other_names(example: Example) -> Iterator[dict[str, str]]:
    """Yield replacements of the name in a body: `ZZY` for `ZZZ`, then `ZZX`."""
    body = _json(example.body)
    for name in (body[field] for field in FIELDS if field in body):
        for letter in reversed(string.ascii_uppercase):
            if letter != name[-1]:
                yield {name: name[:-1] + letter}


def renamed(example: Example, names: Mapping[str, str]) -> Example:
    """Return the example with replaced names in path and body."""
    path = "/".join(names.get(part, part) for part in example.path.split("/"))
    body = _json(example.body)
    changed = {field: names[value] for field, value in body.items() if field in FIELDS and value in names}
    sent = json.dumps({**body, **changed}, ensure_ascii=False).encode() if changed else example.body
    return dataclasses.replace(example, path=path, body=sent)


def _json(body: bytes) -> dict[str, str]:
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
