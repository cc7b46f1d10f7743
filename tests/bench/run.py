"""`make bench`: what a call costs us, beside what it costs others, measured in one run.

Absolute times move with the machine, ratios to a peer measured just before and just after do not. A round is
LangGraph, ours, LangGraph; if the two differ by more than a quarter the machine was too restless and nothing is claimed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.script import NOW, TURNS

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3
CALLS = 100
IDLE_CALLS = 1_000
COLD_RUNS = 5
RESTLESS = 1.25

OURS = "tests.bench.ours"
REFERENCE = "tests.bench.peers.langgraph_peer"
OTHERS = {
    "hassil": "tests.bench.peers.hassil_peer",
    "transitions": "tests.bench.peers.transitions_peer",
    "floor": "tests.bench.peers.floor",
}
SHOWN = {"Jinja2", "hassil", "langgraph", "transitions"}
HEADER = f"{'CPU':<22}{'us/turn':>10}{'p50':>10}{'p99':>10}{'ratio':>10}{'us/open':>10}{'KB/idle':>12}{'MB loaded':>11}{'cold s':>11}"
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Bar:
    """One promise of the bench: what was measured, and how high it may be."""

    what: str
    value: float
    limit: float
    unit: str

    @property
    def kept(self) -> bool:
        """Whether the promise holds in this run."""
        return self.value <= self.limit

    def __str__(self) -> str:
        verdict = "kept" if self.kept else "MISSED"
        return f"  {verdict:<7}{self.what:<58}{self.value:8.3f} {self.unit} (at most {self.limit:g})"


def measure(python: str, module: str, what: str, calls: int) -> Figures:
    """Figures of one engine from a fresh process of its own interpreter."""
    command = [python, "-m", "tests.bench.measure", module, what, str(calls)]
    environment = os.environ | {"PYTHONHASHSEED": "0", "LANGSMITH_TRACING": "false"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{module} cannot be measured:\n{done.stderr}")
    figures: Figures = json.loads(done.stdout)
    return figures


def median(runs: list[Figures]) -> Figures:
    """The median of every figure over the runs."""
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def rounds(peers: str) -> tuple[list[Figures], list[Figures]]:
    """Ours and the reference, the reference on both sides of ours; a restless machine ends the run."""
    ours, reference = [], []
    for number in range(1, ROUNDS + 1):
        before = measure(peers, REFERENCE, "turns", CALLS)
        ours.append(measure(sys.executable, OURS, "turns", CALLS))
        after = measure(peers, REFERENCE, "turns", CALLS)
        low, high = sorted((before["turn_us"], after["turn_us"]))
        print(
            f"round {number}: LangGraph {before['turn_us']:,.0f}, ours {ours[-1]['turn_us']:,.0f}, LangGraph {after['turn_us']:,.0f} us/turn",
            flush=True,
        )
        if high > low * RESTLESS:
            raise SystemExit(
                "nothing is claimed: the peer's two runs differ by more than a quarter, the machine is too restless"
            )
        reference += [before, after]
    return ours, reference


def cpu_of(*arguments: str, typed: str = "") -> float:
    """CPU seconds of one run of the command, its start included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [str(Path(sys.executable).parent / "frontdesk"), *arguments]
    done = subprocess.run(command, cwd=ROOT, input=typed, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"frontdesk {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def settled(once: Callable[[], float]) -> float:
    """The median of several runs; the first, which may fill caches, does not count."""
    once()
    return statistics.median(once() for _ in range(COLD_RUNS))


def row(name: str, figures: Figures, reference: Figures) -> str:
    """One line of the table."""
    ratio = figures["turn_us"] / reference["turn_us"]
    return (
        f"{name:<22}{figures['turn_us']:>10,.1f}{figures['p50_us']:>10,.1f}{figures['p99_us']:>10,.1f}{ratio:>10.3f}"
        f"{figures['open_us']:>10,.1f}{figures['idle_kb']:>12,.1f}{figures['loaded_mb']:>11,.1f}{figures['cold_s']:>11.2f}"
    )


def promises(ours: Figures, reference: Figures) -> list[Bar]:
    """Ours against its bars; the command's own start is measured here."""
    hello = json.dumps({"say": TURNS[0].say}) + "\n"
    chat = ("chat", "gedimino", "--jsonl", "--now", NOW.isoformat())
    return [
        Bar("a turn, against LangGraph", ours["turn_us"] / reference["turn_us"], 0.20, "x"),
        Bar("the slow turn: p99 against p50", ours["p99_us"] / ours["p50_us"], 5, "x"),
        Bar("a call that waits", ours["idle_kb"], 10, "KB"),
        Bar(
            "the command to its first reply, a text call",
            settled(lambda: cpu_of(*chat, typed=hello)),
            0.6,
            "CPU s",
        ),
        Bar("frontdesk check dental", settled(lambda: cpu_of("check", "dental")), 1.0, "CPU s"),
    ]


def compare(peers: str) -> int:
    """Measure, print the table and the promises; 1 if one is missed."""
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}"
    )
    ours_runs, reference_runs = rounds(peers)
    ours = median(ours_runs) | measure(sys.executable, OURS, "idle", IDLE_CALLS)
    reference = median(reference_runs) | measure(peers, REFERENCE, "idle", IDLE_CALLS)
    table = {"Frontdesk": ours, "LangGraph": reference}
    for name, module in OTHERS.items():
        table[name] = measure(peers, module, "turns", CALLS) | measure(peers, module, "idle", IDLE_CALLS)

    print("\n" + HEADER)
    for name, figures in table.items():
        print(row(name, figures, reference))
    pinned = (ROOT / "tests" / "bench" / "peers.txt").read_text(encoding="utf-8").split()
    print("peers:", ", ".join(pin for pin in pinned if pin.split("==")[0] in SHOWN))

    bars = promises(ours, reference)
    print("\nWhat we promise:", *bars, sep="\n")
    return 0 if all(bar.kept for bar in bars) else 1


def peers_python() -> str:
    """The interpreter that holds the peers, from the command line; ours must not hold them."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--peers", required=True, help="the Python of the environment that holds the peers")
    if importlib.util.find_spec("langgraph"):
        raise SystemExit(
            "LangGraph is installed in the product's environment; peers belong into one of their own"
        )
    return str(options.parse_args().peers)


def main() -> int:
    """Run the bench away from the home of whoever runs it: the first command fills the cache of compiled packs.

    And of compiled modules, as on any machine where it is installed: an environment that keeps none would have
    our sources compiled at every start, and the peers' not.
    """
    with tempfile.TemporaryDirectory() as home:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ |= {
            "XDG_CACHE_HOME": home,
            "XDG_DATA_HOME": home,
            "PYTHONPYCACHEPREFIX": f"{home}/modules",
        }
        return compare(peers_python())


if __name__ == "__main__":
    sys.exit(main())
