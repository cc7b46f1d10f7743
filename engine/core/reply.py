"""Replies: templates compiled when the pack loads, rendered with spoken forms.

A template knows every slot it reads, so the highest data class of what it says is known as well,
and a log or a redacted tape can leave it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

from engine.core.errors import ConditionError
from engine.core.expression import Compiler, ExpressionProblem, Names, parse
from engine.core.filters import FILTERS, text
from engine.core.frozen import quick

if TYPE_CHECKING:
    from engine.core.condition import Condition
    from engine.core.view import View

__all__ = ["Rendered", "Response", "Template", "Variant", "compile_template", "render"]


class Template:
    """A text with gaps; picklable, compiled to a Python function on first use."""

    __slots__ = ("_run", "names_used", "python", "text", "where")

    def __init__(self, text: str, where: str, python: str, names_used: frozenset[str]) -> None:
        self.text = text
        self.where = where
        self.python = python
        self.names_used = names_used
        """Slots it reads."""
        self._run: Callable[[View], str] | None = None

    def render(self, view: View) -> str:
        """The text for this moment of the call.

        Raises:
            ConditionError: something that it says has no value; the caller must fail closed.
        """
        if self._run is None:
            names = {"__builtins__": {}, "F": FILTERS, "text": text}
            self._run = eval(compile(f"lambda v: {self.python}", self.where, "eval"), names)  # noqa: S307
        try:
            return self._run(view)
        except (TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
            message = f"{self.where}: the template has no value here ({type(error).__name__})"
            raise ConditionError(message) from error

    def __repr__(self) -> str:
        return f"Template({self.text!r}, {self.where!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Template) and (self.text, self.where) == (other.text, other.where)

    def __hash__(self) -> int:
        return hash((self.text, self.where))

    def __reduce__(self) -> tuple[type[Template], tuple[Any, ...]]:
        return Template, (self.text, self.where, self.python, self.names_used)


@quick(frozen=True, slots=True)
class Variant:
    """One wording, for when its condition holds."""

    when: Condition | None
    template: Template


@quick(frozen=True, slots=True)
class Response:
    """A prompt in every language of the pack."""

    id: str
    variants: Mapping[str, tuple[Variant, ...]]
    """Language code to wordings; the first whose condition holds is said."""
    again: Mapping[str, tuple[Template, ...]] = field(default_factory=dict)
    """Language code to the wordings of the second, third ... time a question is asked."""
    style: str = "neutral"
    barge_in: str = "at_once"
    approved: Mapping[str, str] = field(default_factory=dict)
    """For medical and legal texts: by, version, at."""


@quick(frozen=True, slots=True)
class Rendered:
    """A reply, ready to be spoken."""

    text: str
    style: str
    barge_in: str
    data_class: str


def compile_template(text: str, names: Names, where: str) -> Template:
    """Compile a text and check every name in it.

    Raises:
        ExpressionProblem: a mistake, with its place inside the text.
    """
    compiler = Compiler(text, names, FILTERS)
    python = _nodes(compiler, parse(text).body)
    return Template(text, where, python, frozenset(compiler.out.reads))


def _nodes(compiler: Compiler, nodes: Sequence[Any]) -> str:
    parts: list[str] = []
    for node in nodes:
        kind = type(node).__name__
        if kind == "Output":
            parts += [
                repr(part.data)
                if type(part).__name__ == "TemplateData"
                else f"text({compiler.compile(part)})"
                for part in node.nodes
            ]
        elif kind == "If":
            parts.append(_if(compiler, node))
        else:
            hint = "allowed: {{ ... }} and {% if %} {% elif %} {% else %} {% endif %}"
            raise ExpressionProblem(f"'{kind}' is not allowed in a response", hint, 0, len(compiler.text))
    return "''.join((" + "".join(part + ", " for part in parts) + "))"


def _if(compiler: Compiler, node: Any) -> str:
    otherwise = _nodes(compiler, node.else_)
    for branch in reversed(node.elif_):
        otherwise = f"({_nodes(compiler, branch.body)} if {compiler.compile(branch.test)} else {otherwise})"
    return f"({_nodes(compiler, node.body)} if {compiler.compile(node.test)} else {otherwise})"


def render(view: View, response: str, asked: int = 0) -> Rendered:
    """Word a response in the caller's language; `asked` counts how often it was asked in vain.

    Raises:
        ConditionError: the pack has no such wording, or it says something that has no value.
    """
    found = view.domain.responses.get(response)
    if found is None:
        message = f"the pack has no response '{response}'"
        raise ConditionError(message)
    language = view.state.language if view.state.language in found.variants else view.domain.languages[0]
    again = found.again.get(language, ())
    template = again[min(asked, len(again)) - 1] if asked and again else _wording(view, found, language)
    words = " ".join(template.render(view).split())
    return Rendered(words, found.style, found.barge_in, view.domain.lookups.data_class(template.names_used))


def _wording(view: View, response: Response, language: str) -> Template:
    for variant in response.variants.get(language, ()):
        if variant.when is None or variant.when.holds(view):
            return variant.template
    message = f"response '{response.id}' has no wording here"
    raise ConditionError(message)
