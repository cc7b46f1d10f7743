"""Where packs, sites and policies are found: by path, in a checkout, in an installed wheel."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from engine.core.errors import PackError, Problem
from engine.core.frozen import quick

_ENGINE = Path(__file__).resolve().parents[1]
DOMAIN_FILE = "domain.yml"


def root() -> Path:
    """The folder that holds `domains`, `policies` and `data`: the checkout, or the wheel's own copy."""
    checkout = _ENGINE.parent
    return checkout if (checkout / "domains").is_dir() else _ENGINE / "_shipped"


@quick(frozen=True, slots=True)
class Place:
    """A pack folder or a site file."""

    path: Path
    """The folder of a pack, the file of a site."""
    is_site: bool

    @property
    def folder(self) -> Path:
        """The folder of the pack that it is or belongs to."""
        if not self.is_site:
            return self.path
        return self.path.parent.parent if self.path.parent.name == "sites" else self.path.parent


def find(name: str, base: Path | None = None) -> Place:
    """The pack or site of this name or path.

    Raises:
        PackError: there is none.
    """
    given = Path(name)
    if given.suffix in {".yml", ".yaml"} or len(given.parts) > 1 or given.is_absolute():
        return _by_path(name, given.resolve())
    shipped = base or root()
    folder = shipped / "domains" / name
    if (folder / DOMAIN_FILE).is_file():
        return Place(folder, is_site=False)
    for site in sorted(shipped.glob(f"domains/*/sites/{_escaped(name)}.yml")):
        return Place(site, is_site=True)
    if (given / DOMAIN_FILE).is_file():
        return Place(given.resolve(), is_site=False)
    known = shipped_names(shipped)
    near = get_close_matches(name, known, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(known)}"
    raise PackError((Problem(name, 1, 1, f"there is no pack or site '{name}'", hint),))


def _escaped(name: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)


def _by_path(name: str, path: Path) -> Place:
    if path.is_dir() and (path / DOMAIN_FILE).is_file():
        return Place(path, is_site=False)
    if path.name == DOMAIN_FILE and path.is_file():
        return Place(path.parent, is_site=False)
    if path.is_file():
        return Place(path, is_site=True)
    what = f"the folder has no {DOMAIN_FILE}" if path.is_dir() else "there is no such file or folder"
    raise PackError((Problem(name, 1, 1, what, "give a pack folder, a site file, or a shipped name"),))


def shipped_names(base: Path | None = None) -> list[str]:
    """Every pack and site that can be named without a path."""
    shipped = base or root()
    packs = [item.parent.name for item in shipped.glob(f"domains/*/{DOMAIN_FILE}")]
    sites = [item.stem for item in shipped.glob("domains/*/sites/*.yml") if "." not in item.stem]
    return sorted({*packs, *sites})


def parent(folder: Path, name: str) -> Path | None:
    """The folder of the pack that another extends: a neighbour of it, or a shipped one."""
    for candidate in (folder.parent / name, root() / "domains" / name):
        if (candidate / DOMAIN_FILE).is_file():
            return candidate
    return None


def site_of(folder: Path, name: str) -> str:
    """A site that an example call of a pack names, in words that `find` knows: the pack's own come first."""
    own = folder / "sites" / f"{name}.yml"
    return str(own) if own.is_file() and not folder.is_relative_to(root()) else name


def policy_file(folders: list[Path], name: str) -> Path | None:
    """The file of a policy: in the pack's own `policies`, beside its packs, or a shipped one."""
    homes = [*(folder / "policies" for folder in reversed(folders))]
    homes += [folder.parent.parent / "policies" for folder in reversed(folders)]
    for home in (*homes, root() / "policies"):
        if (home / f"{name}.yml").is_file():
            return home / f"{name}.yml"
    return None


def policy_names(folders: list[Path]) -> list[str]:
    """The names of every policy that can be found."""
    homes = {root() / "policies", *(folder / "policies" for folder in folders)}
    return sorted({item.stem for home in homes for item in home.glob("*.yml")})


def shown(path: Path) -> str:
    """How messages and traces call a file: relative to what holds its pack, the same on every machine."""
    for base in (root(), *(parent for parent in path.parents if (parent / "domains").is_dir())):
        if path.is_relative_to(base):
            return path.relative_to(base).as_posix()
    for folder in path.parents:
        if (folder / DOMAIN_FILE).is_file():
            return path.relative_to(folder.parent).as_posix()
    return path.name
