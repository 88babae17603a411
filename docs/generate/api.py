"""The public names, their signatures and docstrings, which are Markdown but for what `docstring` mends."""

from __future__ import annotations

import ast
import enum
import inspect
import re
import textwrap
from functools import cache
from typing import TYPE_CHECKING, Any

import dedup
from dedup.cli_end import CODES, USAGE
from dedup.errors import DedupError
from dedup.run import pool
from docs.generate.markdown import code, directive, fenced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GROUPS = {
    "Verbs": ["clean", "extract", "near_duplicates", "signatures", "shingles"],
    "Settings and limits": ["Config", "Limits"],
    "A finished run": ["Result", "Piece"],
    "An index": ["Index", "IndexMatch", "Adding"],
    "Values": ["Source", "Document", "Block", "Flag", "Keeper", "Match", "Failure", "Reason", "Kind", "Format", "Tag"],
}
"""All of `dedup.__all__` but errors, which have a page of their own."""
_BARE = {"Config": "Its fields are the [settings](settings.md).\n"}
_MEMBERLESS = (enum.StrEnum,)


def api() -> str:
    """The reference of the public names."""
    made = ["```{py:currentmodule} dedup\n```\n"]
    for title, names in GROUPS.items():
        made += [f"## {title}\n", *(_object(name, getattr(dedup, name)) for name in names)]
    made += ["## Several processes\n", _function("dedup.run.pool", pool)]
    return "\n".join(made)


def errors() -> str:
    """The reference of all exceptions, each below the one it is of."""
    made = ["```{py:currentmodule} dedup\n```\n"]
    names = [name for name in dedup.__all__ if _is_error(getattr(dedup, name))]
    for name in sorted(names, key=lambda name: [each.__name__ for each in reversed(getattr(dedup, name).__mro__)]):
        kind = getattr(dedup, name)
        base = kind.__mro__[1]
        number = next((number for known, number in CODES.items() if issubclass(kind, known)), USAGE)
        said = f"{docstring(inspect.getdoc(kind) or '')}\n"
        if kind is not DedupError:
            said += f"\nA {{py:exc}}`{base.__name__}`. The command line ends with exit code {number}.\n"
        made.append(directive("py:exception", name, said))
    return "\n".join(made)


def _is_error(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, DedupError)


def _object(name: str, value: Any) -> str:
    if not isinstance(value, type):
        return _function(name, value)
    body = _said(value) + "\n" + _BARE.get(name, "") + "\n"
    body += "\n".join(_members(name, value))
    return directive("py:class", name + ("" if issubclass(value, enum.Enum) else _taken(value)), body)


def _taken(kind: type) -> str:
    """What a class is made of: of one with many settings no more than that there are some."""
    if kind.__name__ == "Config":
        return "(*, ...)"
    known = inspect.signature(kind)
    return _shown(known.replace(return_annotation=inspect.Signature.empty), names_only=True)


def _members(name: str, kind: type) -> Iterator[str]:
    if issubclass(kind, enum.Enum):
        yield "\n".join(f"- {code(each.value)}" for each in kind) + "\n"
        return
    if name != "Config":
        for field, annotation, said in attributes(kind):
            yield directive("py:attribute", field, said, [f"type: {annotation}"])
    for each, value in vars(kind).items():
        function = value.__func__ if isinstance(value, classmethod) else value
        if each.startswith("_") or each in [name for name, _, _ in attributes(kind)]:
            continue
        if isinstance(function, property) or hasattr(function, "func"):
            getter: Any = function.fget if isinstance(function, property) else function.func
            options = [f"type: {inspect.signature(getter).return_annotation}"]
            yield directive("py:property", each, _said(getter), options)
        elif inspect.isfunction(function):
            options = ["classmethod:"] if isinstance(value, classmethod) else []
            yield directive(
                "py:method",
                each + _shown(inspect.signature(function)),
                _said(function),
                options,
            )


def _said(value: object) -> str:
    return docstring(inspect.getdoc(value) or "")


def _function(name: str, function: Callable[..., Any]) -> str:
    return directive("py:function", name + _shown(inspect.signature(function)), _said(function))


def _shown(signature: inspect.Signature, *, names_only: bool = False) -> str:
    """A signature, its annotations as they stand in the source; without `self` and `cls`."""
    parts, behind = [], False
    for each in signature.parameters.values():
        if each.name in ("self", "cls") or each.name.startswith("_"):
            continue
        if each.kind is each.KEYWORD_ONLY and not behind:
            parts.append("*")
            behind = True
        said = "*" * (each.kind is each.VAR_POSITIONAL) + "**" * (each.kind is each.VAR_KEYWORD) + each.name
        if each.annotation is not each.empty and not names_only:
            said += f": {each.annotation}"
        if each.default is not each.empty:
            said += f"={_default(each.default)}"
        parts.append(said)
    back = "" if signature.return_annotation is signature.empty else f" -> {signature.return_annotation}"
    return f"({', '.join(parts)}){back}"


def _default(value: object) -> str:
    """The default of a parameter; of a made one no more than that there is one."""
    if inspect.isfunction(value) or isinstance(value, type):
        return value.__name__
    said = repr(value)
    return said if not said.startswith("<") else "..."


@cache
def _body(kind: type) -> list[ast.stmt]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    return next(node for node in tree.body if isinstance(node, ast.ClassDef)).body


def attributes(kind: type) -> Iterator[tuple[str, str, str]]:
    """The public fields of a class: the name, the type, and what the string below it says."""
    body = _body(kind)
    for node, following in zip(body, [*body[1:], None], strict=True):
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)) or node.target.id.startswith(
            "_"
        ):
            continue
        is_said = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
        said = str(following.value.value) if is_said else ""  # type: ignore[union-attr]
        yield node.target.id, ast.unparse(node.annotation), " ".join(said.split())


_RAISES = re.compile(r"^Raises(.*):$")


def docstring(text: str) -> str:
    """A docstring as Markdown: doctests become blocks, what is raised a list.

    >>> docstring("One.\\n\\nRaises:\\n    KeyError: none.\\n\\n>>> 1 + 1\\n2").split("\\n\\n")
    ['One.', 'Raises:', '- `KeyError`: none.', '```pycon\\n>>> 1 + 1\\n2\\n```']
    """
    parts: list[str] = []
    for part in text.split("\n\n"):
        lines = part.splitlines() or [""]
        raised = _RAISES.match(lines[0])
        if lines[0].startswith(">>>"):
            parts.append(fenced("pycon", part).rstrip("\n"))
        elif raised:
            body = textwrap.dedent("\n".join(lines[1:]))
            each = re.sub(r"\n +", " ", body).splitlines()
            parts.append(f"Raises{raised[1]}:\n\n" + "\n".join(map(_raised, each)))
        else:
            parts.append(part)
    return "\n\n".join(parts)


def _raised(line: str) -> str:
    names, _, why = line.partition(": ")
    return f"- {', '.join(code(name) for name in names.split(', '))}: {why}"
