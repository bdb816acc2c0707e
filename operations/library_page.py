"""Generates the library's README: the introduction, and a reference from the docstrings."""

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

FILE = Path("components") / "README.md"
HEAD = Path("components") / "introduction.md"
"""The introduction, written by hand."""


def library_page(root: Path) -> str:
    """Return the page as Markdown."""
    introduction = (root / HEAD).read_text(encoding="utf-8")
    return introduction + "".join(_section(root / "components" / f"{module}.py") for module in _modules(root))


def _modules(root: Path) -> list[str]:
    """Return the exported modules, in the package's order."""
    tree = ast.parse((root / "components" / "__init__.py").read_text(encoding="utf-8"))
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "_MODULES":
            return list(ast.literal_eval(statement.value))
    raise AssertionError("components/__init__.py has no _MODULES")


def _section(file: Path) -> str:
    """Return the section of a module: its components with their outputs and methods, and their arguments."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    parts = [f"\n## {file.stem.replace('_', ' ').capitalize()}\n\n{_text(ast.get_docstring(tree))}\n"]
    for node in sorted(classes, key=lambda node: not _is_component(node)):
        parts.append(f"\n### `{node.name}`\n\n{_text(ast.get_docstring(node))}\n")
        rows = [*_outputs(node), *_methods(node)] if _is_component(node) else [*_fields(node)]
        if rows:
            parts.append("\n" + "\n".join(rows) + "\n")
    return "".join(parts)


def _is_component(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith("ComponentResource") for base in node.bases)


def _fields(node: ast.ClassDef) -> Iterator[str]:
    """Yield a line per field: name, type, default and docstring."""
    for statement, following in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign):
            name, typ = ast.unparse(statement.target), ast.unparse(statement.annotation)
            default = "" if statement.value is None else f", `{_default(statement.value)}` by default"
            text = _string(following)
            yield f"- **`{name}`** (`{typ}`{default}){f': {text}' if text else ''}"


def _outputs(node: ast.ClassDef) -> Iterator[str]:
    """Yield a line per public attribute that the constructor sets: name and docstring."""
    (constructor,) = [part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"]
    bodies = [getattr(part, field, None) for part in ast.walk(constructor) for field in ("body", "orelse")]
    found: dict[str, str | None] = {}
    for body in bodies:
        # The body of a lambda is an expression.
        for statement, following in pairwise([*body, None]) if isinstance(body, list) else ():
            for name in _assigned(statement):
                found[name] = found.get(name) or _string(following)
    for name, text in found.items():
        yield f"- **`{name}`**{f': {text}' if text else ''}"


def _assigned(statement: ast.stmt) -> list[str]:
    """Return the names of the public attributes of `self` that a statement assigns."""
    if isinstance(statement, ast.Assign):
        targets = [part for target in statement.targets for part in ast.walk(target)]
    else:
        targets = [statement.target] if isinstance(statement, ast.AnnAssign) else []
    attributes = [target for target in targets if isinstance(target, ast.Attribute)]
    return [node.attr for node in attributes if ast.unparse(node.value) == "self" and not node.attr.startswith("_")]


def _methods(node: ast.ClassDef) -> Iterator[str]:
    """Yield a line per public method."""
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
            names = ", ".join(argument.arg for argument in method.args.args[1:])
            text = _text(ast.get_docstring(method)).replace("\n\n", "\n\n  ")
            yield f"- **`{method.name}({names})`**: {text}"


def _default(value: ast.expr) -> str:
    """Return a default as users write it: `field(default_factory=OnCall)` is `OnCall()`."""
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "field":
        (factory,) = [keyword.value for keyword in value.keywords]
        return ast.unparse(factory.body) if isinstance(factory, ast.Lambda) else f"{ast.unparse(factory)}()"
    return ast.unparse(value)


def _string(node: ast.stmt | None) -> str | None:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return _text(node.value.value)
    return None


def _text(docstring: str | None) -> str:
    """Return a docstring as Markdown paragraphs."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in (docstring or "").split("\n\n")]
    return "\n\n".join(paragraph for paragraph in paragraphs if not paragraph.startswith("Raises:"))
