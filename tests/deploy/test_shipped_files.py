"""What operators copy: taken by nginx, systemd and the linter of Dockerfiles, and complete."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import docker_context
import pytest
from nginx_server import SHIPPED, check, replaced, settle

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
UNITS = DEPLOY / "systemd"
EXAMPLE = UNITS / "ntm-map.env.example"
PORTS = [("listen 80;", "listen 127.0.0.1:18080;"), ("listen [::]:80;", "")]
#: Exposure as ``systemd-analyze security`` counts it, in tenths: 0 is closed, 100 is open.
EXPOSURE = 20


def program(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"No {name}: install it (apt install {package}).")
    return found


def run(*command: str) -> tuple[int, str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    said = check(settle(tmp_path, PORTS))
    assert "test is successful" in said
    assert "warn" not in said


def test_what_the_guide_tells_to_change_is_there() -> None:
    text = SHIPPED.read_text("utf-8")
    assert text.count("ntm.example.vn;") == 1
    assert len(re.findall(r"^ +#https ", text, re.MULTILINE)) == len(re.findall("#https ", text))


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for unit in UNITS.glob("ntm-map*.[st]*e*"):
        text = unit.read_text("utf-8")
        if unit.suffix == ".service":
            text = replaced(text, [("/opt/ntm-map/.venv/bin/python", sys.executable)])
        (tmp_path / unit.name).write_text(text, "utf-8")
    units = [str(tmp_path / name) for name in ("ntm-map@.service", "ntm-map.target")]
    assert run(program("systemd-analyze", "systemd"), "verify", "--man=no", *units) == (0, "")


def test_a_process_may_do_little() -> None:
    unit = str(UNITS / "ntm-map@.service")
    status, said = run(
        program("systemd-analyze", "systemd"), "security", "--offline=true", f"--threshold={EXPOSURE}", unit
    )
    assert status == 0, said


def test_the_units_start_both_processes_that_nginx_asks() -> None:
    asked = re.findall(r"server 127\.0\.0\.1:(\d+) ", SHIPPED.read_text("utf-8"))
    started = re.findall(r"ntm-map@(\d+)\.service", (UNITS / "ntm-map.target").read_text("utf-8"))
    assert asked == started == ["8501", "8502"]


def test_every_setting_is_in_the_example_and_no_other() -> None:
    source = (ROOT / "base" / "settings.py").read_text("utf-8")
    known = set(re.findall(r'environ\.get\("(\w+)"\)', source))
    told = re.findall(r"^#?([A-Z_]+)=", EXAMPLE.read_text("utf-8"), re.MULTILINE)
    assert {"NTM_DATA", "DATABASE_URL"} <= known
    assert sorted(told) == sorted(known | {"STREAMLIT_SERVER_COOKIE_SECRET"})


def test_a_shell_reads_the_example_as_systemd_does(tmp_path: Path) -> None:
    every = tmp_path / "every.env"
    every.write_text(re.sub(r"^#(?=[A-Z_]+=)", "", EXAMPLE.read_text("utf-8"), flags=re.MULTILINE), "utf-8")
    status, said = run("/usr/bin/env", "-i", "/bin/sh", "-c", f"set -a; . {every}; /usr/bin/env")
    assert status == 0, said
    read = dict(line.split("=", 1) for line in said.splitlines())
    assert read["DATABASE_URL"] == "postgresql+psycopg://ntm@/ntm?host=/var/run/postgresql"
    assert read["NTM_BORDER_BUFFERS_KM"] == "1;5"
    assert read["NTM_OFFICE"] == "Văn phòng Điều phối nông thôn mới tỉnh"


def test_the_linter_finds_nothing_in_the_dockerfile() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    assert run(str(linter), "--no-color", str(DEPLOY / "Dockerfile")) == (0, "")


def test_nothing_but_the_program_goes_into_the_image(tmp_path: Path) -> None:
    sent = {path.name for path in docker_context.copy(tmp_path / "context").iterdir()}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages | {"pages", "data", "translations", ".streamlit", "requirements.txt", "cli.py", "server.py"} <= sent
    assert sent.isdisjoint({"tests", "docs", "deploy", "bench", "run.py", ".git", ".venv", "requirements-test.txt"})
