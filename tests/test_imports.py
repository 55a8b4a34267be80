"""The house of DESIGN §2: who may import whom, and how long a module and a function may be."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("base", "programme", "geo", "store", "layers", "intake", "render", "service", "pages", "samples")
SCRIPTS = ("app", "server", "cli", "cli_boundaries", "terminal", "jobs")
OURS = {*PACKAGES, *SCRIPTS, "run"}
EVERYTHING = OURS

#: DESIGN §2, word for word. Every package may import itself.
RULES: dict[str, set[str]] = {
    "base": set(),
    "programme": {"base"},
    "geo": {"base", "programme"},
    "store": {"base", "programme"},
    "layers": {"base", "programme", "geo", "store"},
    "intake": {"base", "programme", "geo", "store"},
    "render": {"base", "layers", "geo"},
    "service": {"base", "layers", "render", "geo", "store", "jobs"},
    "samples": {"base", "programme", "store", "intake"},
    "jobs": set(),
    "pages": EVERYTHING,
    "app": EVERYTHING,
    "server": EVERYTHING,
    "cli": EVERYTHING,
    "cli_boundaries": EVERYTHING,
    "terminal": EVERYTHING,
}
#: What DESIGN §2 does not grant and the code cannot do without, each with its reason:
ADDITIONS: dict[str, set[str]] = {
    # The desk takes files in: reading them is intake's work, and only service answers requests (docs/adr/0007-desk.md).
    "service": {"intake"},
    # Made-up settlements lie inside the outline of their commune, and some are told in metres of the provincial zone.
    "samples": {"geo"},
}
MAY_IMPORT_STREAMLIT = ("pages/", "app.py", "server.py", "render/screen/")


def modules() -> list[Path]:
    inside = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return sorted([*inside, *(ROOT / f"{name}.py" for name in SCRIPTS)])


def imports(path: Path) -> list[tuple[int, str]]:
    """Return (line, module) of every import, also of those inside functions and TYPE_CHECKING."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.append((node.lineno, str(node.module)))
    return found


def package_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


every_module = pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))


@every_module
def test_a_module_imports_only_what_its_package_may(path: Path) -> None:
    package = package_of(path)
    allowed = RULES[package] | ADDITIONS.get(package, set()) | {package}
    breaches = [
        f"line {line}: {name}"
        for line, name in imports(path)
        if (top := name.split(".")[0]) in OURS and top not in allowed
    ]
    assert breaches == []


@every_module
def test_only_the_screen_knows_streamlit(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    if not place.startswith(MAY_IMPORT_STREAMLIT):
        assert [name for _, name in imports(path) if name.split(".")[0] == "streamlit"] == []


def test_every_addition_is_still_needed() -> None:
    used = {
        package: {name.split(".")[0] for p in modules() if package_of(p) == package for _, name in imports(p)}
        for package in ADDITIONS
    }
    assert {package: extra - used[package] for package, extra in ADDITIONS.items() if extra - used[package]} == {}


def test_every_package_has_a_rule_and_no_name_of_ours_hides_a_library() -> None:
    here = {package_of(path) for path in modules()}
    assert here <= RULES.keys()
    assert not here & sys.stdlib_module_names


@every_module
def test_a_module_has_at_most_350_lines_and_says_what_it_is(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 350
    assert ast.get_docstring(ast.parse(text))


@every_module
def test_a_function_has_fewer_than_60_lines(path: Path) -> None:
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    too_long = {node.name: length for node in functions if (length := (node.end_lineno or 0) - node.lineno + 1) >= 60}
    assert too_long == {}
