"""What ``docker build`` would send: the checkout without what ``deploy/Dockerfile.dockerignore`` leaves out."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent
IGNORED = ROOT / "deploy" / "Dockerfile.dockerignore"
#: Rules that hold in every folder.
DEEP = "**/"


def copy(target: Path) -> Path:
    """Copy the context; of Docker's rules only those that the file uses are known: names and patterns of the root."""
    rules = [line for line in IGNORED.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    silent = shutil.ignore_patterns(*(rule.removeprefix(DEEP) for rule in rules if rule.startswith(DEEP)))
    wanted: dict[Path, bool] = {}
    for rule in rules:
        if not rule.startswith(DEEP):
            wanted |= dict.fromkeys(ROOT.glob(rule.removeprefix("!")), rule.startswith("!"))
    target.mkdir()
    for path in sorted(path for path, goes in wanted.items() if goes):
        if path.is_dir():
            shutil.copytree(path, target / path.name, ignore=silent)
        else:
            shutil.copy(path, target)
    return target
