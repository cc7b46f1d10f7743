"""Conditions: what a rule depends on, compiled when the pack loads, checked against its names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from engine.core.errors import ConditionError
from engine.core.expression import Compiler, ExpressionProblem, Names, needed_actions, parse_expression

if TYPE_CHECKING:
    from engine.core.view import View

__all__ = ["Condition", "ExpressionProblem", "Names", "compile_condition"]

_NO_VALUE = (TypeError, ValueError, KeyError, AttributeError, ArithmeticError)


class Condition:
    """An expression over a View; picklable, compiled to a Python function on first use."""

    __slots__ = ("_run", "actions", "constants", "names_used", "python", "text", "where")

    def __init__(
        self,
        text: str,
        where: str,
        python: str,
        names_used: frozenset[str],
        constants: Mapping[str, frozenset[Any]],
        actions: frozenset[str] | None = None,
    ) -> None:
        self.text = text
        self.where = where
        """file:line of the expression."""
        self.python = python
        self.names_used = names_used
        """Slots it reads."""
        self.constants = constants
        """Dotted name to the literals it is compared with: the values a prover must try."""
        self.actions = actions
        """Names or kinds of actions without one of which it cannot hold; None: it may hold for any."""
        self._run: Callable[[View], Any] | None = None

    def value(self, view: View) -> Any:
        """What the expression evaluates to.

        Raises:
            ConditionError: it has no value on this state; the caller must fail closed.
        """
        try:
            return (self._run or self._compiled())(view)
        except _NO_VALUE as error:
            raise self._valueless(error) from error

    def _compiled(self) -> Callable[[View], Any]:
        run: Callable[[View], Any] = eval(  # noqa: S307 - our own compiler wrote it, from a dozen kinds of nodes
            compile(f"lambda v: {self.python}", self.where, "eval"), {"__builtins__": {}}
        )
        self._run = run
        return run

    def _valueless(self, error: Exception) -> ConditionError:
        return ConditionError(f"{self.where}: '{self.text}' has no value here ({type(error).__name__})")

    def holds(self, view: View) -> bool:
        """Whether the expression is true of what the view shows.

        Raises:
            ConditionError: it has no value on this state; the caller must fail closed.
        """
        try:
            return bool((self._run or self._compiled())(view))
        except _NO_VALUE as error:
            raise self._valueless(error) from error

    def __repr__(self) -> str:
        return f"Condition({self.text!r}, {self.where!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and (self.text, self.where) == (other.text, other.where)

    def __hash__(self) -> int:
        return hash((self.text, self.where))

    def __reduce__(self) -> tuple[type[Condition], tuple[Any, ...]]:
        return Condition, (self.text, self.where, self.python, self.names_used, self.constants, self.actions)


def compile_condition(text: str, names: Names, where: str) -> Condition:
    """Compile an expression and check every name in it.

    Raises:
        ExpressionProblem: a mistake, with its place inside the text.
    """
    compiler = Compiler(text, names)
    tree = parse_expression(text)
    python = compiler.compile(tree)
    constants = {name: frozenset(values) for name, values in compiler.out.constants.items()}
    return Condition(text, where, python, frozenset(compiler.out.reads), constants, needed_actions(tree))
