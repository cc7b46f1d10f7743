"""The promises of the house that no single module can keep: who may import whom, whose words, how long, how light."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.pack import load

ROOT = Path(__file__).resolve().parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MODULES = sorted(path for folder in ("engine", "telephony") for path in (ROOT / folder).rglob("*.py"))
CORE = [path for path in MODULES if path.is_relative_to(ROOT / "engine" / "core")]

LINES_PER_MODULE = 380
LINES_PER_FUNCTION = 70


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=shown(path))


# --- one way -----------------------------------------------------------------------------------


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as c; c()",
        "--no-cache",
        "--no-logo",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_imports_go_one_way():
    report = lint(ROOT)
    assert report.returncode == 0, report.stdout + report.stderr


HOUSE = {
    "engine/cli.py": "import telephony.call",
    "telephony/call.py": "import engine.core.machine",
    "engine/nlu/cascade.py": "import engine.core.machine",
    "engine/booking/search.py": "import engine.core.machine",
    "engine/performer.py": "import engine.nlu.cascade",
    "engine/core/machine.py": "",
}


def house(folder: Path, modules: dict[str, str]) -> Path:
    """A house of a few small modules under the contracts of this one."""
    (folder / "pyproject.toml").write_text(
        (ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    for name, text in modules.items():
        module = folder / name
        module.parent.mkdir(parents=True, exist_ok=True)
        (module.parent / "__init__.py").touch()
        module.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("engine/core/machine.py", "import asyncio"),
        ("engine/core/machine.py", "from time import monotonic"),
        ("engine/core/machine.py", "import engine.nlu"),
        ("engine/nlu/cascade.py", "import engine.booking.search"),
        ("engine/performer.py", "import telephony"),
        ("telephony/call.py", "import engine.cli"),
    ],
)
def test_an_import_the_other_way_breaks_the_contracts(tmp_path, path, line):
    report = lint(house(tmp_path, HOUSE | {path: f"{HOUSE[path]}\n{line}\n"}))
    assert report.returncode != 0
    assert "1 broken" in report.stdout, report.stdout + report.stderr


def test_the_same_house_without_it_keeps_them(tmp_path):
    report = lint(house(tmp_path, HOUSE))
    assert report.returncode == 0, report.stdout + report.stderr


def test_every_part_of_the_engine_has_its_layer():
    contract = next(c for c in PROJECT["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    placed = set(re.findall(r"[\w.]+", " ".join(contract["layers"])))
    parts = {
        f"engine.{path.stem}"
        for path in (ROOT / "engine").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert parts - {"engine.__init__"} - placed == set()


# --- pure, light -------------------------------------------------------------------------------

AT_THE_TOP = sys.stdlib_module_names | {
    "engine",
    "telephony",
    "jinja2",
    "markupsafe",
    "orjson",
    "pydantic",
    "rapidfuzz",
    "yaml",
}
# What draws on a terminal; only the door itself is loaded with every command, the others by the command that shows.
ON_A_TERMINAL = {
    **dict.fromkeys(  # noqa: RUF024 - nobody changes it
        (
            "engine/cli.py",
            "engine/mistakes.py",
            *(f"engine/{name}_commands.py" for name in ("proof", "serve", "tape")),
        ),
        {"click"},
    ),
    "engine/showcase.py": {"rich"},
    "engine/terminal.py": {"rich"},
}
# What computes on sound; these modules are loaded only where the speech extra is used.
ON_SOUND = {
    "telephony/resample.py": {"numpy"},
    **dict.fromkeys(  # noqa: RUF024 - nobody changes it
        ("telephony/asr/beam.py", "telephony/asr/moonshine.py", "telephony/asr/pieces.py"), {"numpy"}
    ),
}


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []


def run_on_import(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements below a node that run when the module is imported."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.stmt):
            yield child
        yield from run_on_import(child)


def test_heavy_libraries_are_imported_where_they_are_used():
    offences = [
        f"{shown(path)}:{node.lineno}: {name} is imported at the top of the module"
        for path in MODULES
        for node in run_on_import(parsed(path))
        for name in imported(node)
        if name.split(".")[0]
        not in AT_THE_TOP | ON_A_TERMINAL.get(shown(path), set()) | ON_SOUND.get(shown(path), set())
    ]
    assert not offences, "\n".join(offences)


CLOCK_CALLS = {"now", "utcnow", "today"}
WORLDLY = {"open", "print", "input", "breakpoint", "__import__"}


def worldly_call(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Name) and node.func.id in WORLDLY:
        return node.func.id
    if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK_CALLS:
        owner = ast.unparse(node.func.value)
        return f"{owner}.{node.func.attr}" if owner.split(".")[-1] in {"date", "datetime"} else None
    return None


def test_the_core_reads_no_clock_and_no_file():
    """What neither the contracts nor the guard of tests/core can see: `datetime.now` and builtins."""
    offences = [
        f"{shown(path)}:{node.lineno}: {call}()"
        for path in CORE
        for node in ast.walk(parsed(path))
        if (call := worldly_call(node)) and isinstance(node, ast.Call)
    ]
    assert not offences, "\n".join(offences)


# --- whose words -------------------------------------------------------------------------------

TRADE = {
    "dentist", "dentists", "dental", "dentistry", "tooth", "teeth", "toothache", "hygiene", "hygienist", "hygienists",
    "filling", "fillings", "crown", "crowns", "extraction", "extractions", "whitening", "implant", "implants",
    "orthodontics", "orthodontist", "endodontist", "prosthodontist", "braces", "denture", "dentures", "gum", "gums",
    "clinic", "clinics", "clinical", "patient", "patients", "doctor", "doctors", "surgery", "surgeon", "nurse",
}  # fmt: skip


def words(text: str) -> Iterator[tuple[int, str]]:
    """Every word with its line, also inside snake_case and CamelCase."""
    for number, line in enumerate(text.splitlines(), 1):
        for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", line):
            yield number, word.lower()


def test_the_engine_knows_no_word_of_a_trade():
    """The words belong to the packs: a hairdresser's Frontdesk runs the same code."""
    offences = [
        f"{shown(path)}:{number}: {word}"
        for path in MODULES
        for number, word in words(path.read_text(encoding="utf-8"))
        if word in TRADE
    ]
    assert not offences, "\n".join(offences)


def test_a_trade_word_is_found_wherever_it_hides():
    text = "class ToothMap:\n    def find_patient(self): ...  # asks the DENTIST\n"
    assert [(line, word) for line, word in words(text) if word in TRADE] == [
        (1, "tooth"),
        (2, "patient"),
        (2, "dentist"),
    ]


# --- how long ----------------------------------------------------------------------------------


def test_modules_fit_a_reading():
    sizes = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    offences = [f"{name}: {size} lines" for name, size in sizes.items() if size > LINES_PER_MODULE]
    assert not offences, "\n".join(offences)


def test_functions_fit_a_screen():
    offences = [
        f"{shown(path)}:{node.lineno}: {node.name} has {size} lines"
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (size := (node.end_lineno or node.lineno) - node.lineno + 1) > LINES_PER_FUNCTION
    ]
    assert not offences, "\n".join(offences)


# --- how light ---------------------------------------------------------------------------------

HEAVY = [
    "aiohttp",
    "anthropic",
    "asyncpg",
    "azure",
    "babel",
    "dateparser",
    "deepgram",
    "engine.model.consultant",
    "holidays",
    "openai",
    "numpy",
    "redis",
    "scipy",
    "sklearn",
    "spacy",
    "starlette",
    "twilio",
    "uvicorn",
    "websockets",
]

# Runs the command in this very process and writes down each heavy name that anything asks for. Asking is enough: a
# library that is not installed here would otherwise pass unseen.
WITNESS = """
import json, sys
heavy, asked = set(sys.argv.pop(1).split(",")), set()
class Witness:
    def find_spec(self, name, path=None, target=None):
        if name in heavy:
            asked.add(name)
sys.meta_path.insert(0, Witness())
from engine.cli import main
code = 0
try:
    main()
except SystemExit as stop:
    code = stop.code or 0
print(json.dumps({"code": code, "asked": sorted(asked), "loaded": len(sys.modules)}), file=sys.stderr)
"""


def heard_of(*arguments: str, typed: str = "") -> tuple[str, dict[str, Any]]:
    """Output of a command, and its exit code with the heavy libraries that it asked for."""
    done = subprocess.run(
        [sys.executable, "-c", WITNESS, ",".join(HEAVY), *arguments],
        cwd=ROOT, input=typed, capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip
    assert done.stderr.strip(), f"no word from the command: {done.stdout}"
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("{"), done.stderr
    testimony: dict[str, Any] = json.loads(last)
    return done.stdout, testimony


def test_help_loads_nothing_heavy():
    output, testimony = heard_of("--help")
    assert "check" in output
    assert testimony["asked"] == []


def test_checking_a_pack_loads_nothing_heavy():
    # Its sites are looked at as well, and loaded for that: holidays belong to the compiling.
    load("gedimino")
    _, testimony = heard_of("check", "dental")
    assert testimony["code"] == 0
    assert testimony["asked"] == []


def test_a_text_call_loads_nothing_heavy():
    turns = [
        "I'd like to come in next Tuesday afternoon",
        "a check-up",
        "Anna Novak",
        "no, actually never mind",
        "goodbye",
    ]
    typed = "".join(json.dumps({"say": turn}) + "\n" for turn in turns) + json.dumps({"hangup": True}) + "\n"
    # A pack that changed is compiled once, for all calls after it; holidays belong to the compiling.
    load("gedimino")
    output, testimony = heard_of("chat", "gedimino", "--jsonl", "--now", "2026-11-23T09:15", typed=typed)
    assert testimony["code"] == 0
    assert len(output.splitlines()) > len(turns) / 2
    assert testimony["asked"] == []
