"""Mutation score: how many small mistakes in a pack its own checks, cases, calls and guarantees find.

Each mutant goes through what a pack goes through, the quickest first: it is loaded, its policy cases and its
example calls are run, and it is proved as far as a bound reaches. The first that objects has killed it. One
that nobody objects to is a mistake that could be made today and would not be seen, or no mistake at all.
"""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from types import FrameType
from typing import TYPE_CHECKING, Any

from engine.core.errors import FrontdeskError
from engine.nlu.cascade import Understanding
from engine.pack import example_calls, locate, policy_cases
from engine.pack.compiler import assemble
from engine.pack.layers import LayerReader
from engine.pack.report import Report
from engine.pack.source import Sources
from engine.proof.explore import ANY, Bound
from engine.proof.mutants import Mutant, applied, mutants_of
from engine.proof.prove import Proof, available, judge, properties_of
from engine.proof.subject import Subject, texts_of
from engine.quality.examples import run_call, run_case

if TYPE_CHECKING:
    from engine.core.domain import Domain, Flow
    from engine.pack.examples import Example

Run = Callable[..., Sequence[object]]
LOAD, CASE, CALL, GUARANTEE = "load", "case", "call", "guarantee"
"""Who can kill a mutant."""
_LONGEST = 10.0
"""Seconds of the processor after which an example call goes in a circle."""
_AT_ONCE = 12
"""Mutants handed to a process at a time, neighbours in their file: what killed one mostly kills the next."""


class NotSoundError(FrontdeskError):
    """A pack that fails as it is: nothing can be said of its mutants."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant."""

    number: int
    by: str
    """load | case | call | guarantee; empty: it lives."""
    how: str
    """The message, the case, the call or the guarantee that found it."""
    seconds: float
    """Of the processor."""


@dataclass(slots=True)
class Score:
    """What became of the mutants of a pack."""

    pack: str
    of: int
    """How many mutants the pack has."""
    share: float
    seed: int
    """Of the sample, where `share` is less than 1."""
    states: int
    """States a beginning up to which those were proved that everything else let live; 0: not at all."""
    mutants: list[Mutant] = field(default_factory=list)
    """Those that were tried."""
    fates: list[Fate] = field(default_factory=list)
    """Theirs, in the same order."""

    @property
    def killed(self) -> int:
        """How many were found."""
        return sum(bool(fate.by) for fate in self.fates)


class Bench:
    """A pack as it was read, and everything that judges mutants of it; one for each process."""

    def __init__(self, name: str, states: int) -> None:
        self._states = states
        sources = Sources()
        report = Report(sources.problems)
        self._sources = sources
        self._layers = LayerReader(sources, report).chain(locate.find(name))
        compiled = assemble(self._layers, sources, report)
        self.domain = compiled.domain
        self.mutants = mutants_of(compiled.draft.merged)
        self._mind = Understanding(self.domain)
        self._calls = [item for item in example_calls(name) if item.data["site"] == self.domain.id]
        # The cases of shared rules speak of one trade: those that fail in this pack as it is judge nothing.
        cases = policy_cases(name) if self.domain.catalogue.offerings else []
        self._cases = [item for item in cases if not _fails(self.domain, item, self._mind, run_case)]
        self._texts = texts_of(name)
        self._runs: dict[str, frozenset[str]] = {}
        """Where an example stands to the flows that ran in it."""

    def check(self) -> None:
        """See that the pack itself is sound.

        Raises:
            NotSoundError: it fails without any mutant.
        """
        by, how = self._judged(self.domain, "")
        if by:
            message = f"{self.domain.id} fails as it is, by a {by}: {how}"
            raise NotSoundError(message)

    def fate(self, number: int) -> Fate:
        """Judge one mutant."""
        began = time.process_time()
        with applied(self.mutants[number]):
            report = Report([])
            domain = assemble(self._layers, self._sources, report, like=self.domain).domain
        error = next((item for item in report.problems if item.level == "error"), None)
        if error is not None:
            by, how = LOAD, f"{error.file}:{error.line}: {error.message}"
        else:
            by, how = self._judged(domain, self.mutants[number].flow)
        return Fate(number, by, how, time.process_time() - began)

    def _judged(self, domain: Domain, flow: str) -> tuple[str, str]:
        """Who finds fault with a pack that loads; `flow` is the only one in which it can differ, if any."""
        mind = self._mind if hears_alike(domain, self.domain) else Understanding(domain)
        for by, items, run in ((CASE, self._cases, run_case), (CALL, self._calls, run_call)):
            for place, item in enumerate(items):
                if flow and flow not in self._ran(item, run):
                    continue
                how = _fails(domain, item, mind, run)
                if how:
                    items.insert(0, items.pop(place))
                    return by, how
        return self._proved(domain)

    def _ran(self, item: Example, run: Run) -> frozenset[str]:
        """The flows that run in an example: one that does not run in it cannot change it."""
        if item.where not in self._runs:
            flows = _Watched(self.domain.flows)
            _fails(replace(self.domain, flows=flows), item, self._mind, run)
            self._runs[item.where] = frozenset(flows.used)
        return self._runs[item.where]

    def _proved(self, domain: Domain) -> tuple[str, str]:
        """Look for a call that breaks a guarantee: without a surprise first, then with one."""
        if not self._states:
            return "", ""
        given = Subject(domain, self._texts)
        explorers = {beginning: given.explorer(beginning) for beginning in given.beginnings()}
        first = domain.languages[0]
        for bound in (Bound(0, self._states, until=ANY), Bound(1, self._states, until=ANY)):
            for beginning, explorer in explorers.items():
                if bound.surprises and beginning.language != first:
                    continue
                explored = explorer.run(bound, time.process_time)
                if not explored.found:
                    continue
                proof = Proof("", "", bound, properties=properties_of(domain))
                proof.explored = {beginning: explored}
                judge(given, proof)
                if proof.broken:
                    return GUARANTEE, f"{proof.broken[0].broken} ({beginning})"
        return "", ""


class _Watched(dict[str, "Flow"]):
    """Flows that know which of them were looked up."""

    def __init__(self, flows: Mapping[str, Flow]) -> None:
        super().__init__(flows)
        self.used: set[str] = set()

    def __getitem__(self, name: str) -> Flow:
        self.used.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.used.add(name)
        return super().get(name, default)


def _fails(domain: Domain, item: Example, mind: Understanding, run: Run) -> str:
    """What an example finds wrong; one that does not end is wrong as well."""
    try:
        with _limited(_LONGEST):
            failures = run(domain, item.data, item.where, mind)
    except _TooLongError:
        return f"{item.where}: the call goes in a circle"
    except (
        FrontdeskError,
        ValueError,
        KeyError,
        TypeError,
        RuntimeError,
    ) as error:  # no such moment, no rest
        return f"{item.where}: {error}"
    return str(failures[0]) if failures else ""


class _TooLongError(BaseException):
    """Raised by a timer, past whatever catches the mistakes of a call."""


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """At most so much time of the processor."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def hears_alike(one: Domain, other: Domain) -> bool:
    """Whether packs of the same words understand alike: that looks at slots and at what flows ask for."""
    if one.slots != other.slots or one.services != other.services or one.answers != other.answers:
        return False
    return _asked(one) == _asked(other)


def _asked(domain: Domain) -> list[object]:
    steps = ("kind", "slot", "accepts", "into", "flow", "service")
    return [
        (
            flow.id,
            flow.pattern,
            flow.called_only,
            [[getattr(step, name) for name in steps] for step in flow.steps],
        )
        for flow in domain.flows.values()
    ]


def score(
    name: str,
    *,
    share: float = 1.0,
    seed: int = 1,
    states: int,
    cpus: int | None = None,
    tell: Callable[[Score], None] | None = None,
) -> Score:
    """Judge the mutants of a site, or a share of them drawn with a seed.

    Raises:
        PackError: there is no such site, or it must not serve calls.
        NotSoundError: it fails without any mutant.
    """
    bench = Bench(name, states)
    bench.check()
    every = range(len(bench.mutants))
    chosen = list(every)
    if share < 1:
        drawn = random.Random(seed).sample(every, max(1, round(share * len(every))))  # noqa: S311 - a draw
        chosen = sorted(drawn)
    found = Score(name, len(every), share, seed, states)
    fates: dict[int, Fate] = {}

    def take(done: Sequence[Fate]) -> None:
        fates.update({fate.number: fate for fate in done})
        found.mutants = [bench.mutants[number] for number in sorted(fates)]
        found.fates = [fates[number] for number in sorted(fates)]
        if tell is not None:
            tell(found)

    batches = [chosen[at : at + _AT_ONCE] for at in range(0, len(chosen), _AT_ONCE)]
    count = min(cpus or available(), len(batches))
    if count < 2:
        for number in chosen:
            take([bench.fate(number)])
        return found
    with ProcessPoolExecutor(count, get_context("spawn"), _settle, (name, states)) as pool:
        for job in as_completed([pool.submit(_batch, batch) for batch in batches]):
            take(job.result())
    return found


_BENCHES: list[Bench] = []
"""The bench of this process, made by `_settle`."""


def _settle(name: str, states: int) -> None:
    _BENCHES[:] = [Bench(name, states)]


def _batch(numbers: Sequence[int]) -> list[Fate]:
    return [_BENCHES[0].fate(number) for number in numbers]
