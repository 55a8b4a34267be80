"""``run.py``: a fresh machine must get either the running map or a sentence that helps."""

import ast
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import run

CHECKOUT = Path(run.__file__).parent
RUNTIME = CHECKOUT / "requirements.txt"
TESTS = CHECKOUT / "requirements-test.txt"
ANY_HASH = "--hash=sha256:" + "0" * 64


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with tiny requirements that ``run`` takes for the checkout."""
    (tmp_path / "requirements.txt").write_text(f"one==1 {ANY_HASH}\n", encoding="utf-8")
    (tmp_path / "requirements-test.txt").write_text(f"two==2 {ANY_HASH}\n", encoding="utf-8")
    monkeypatch.setattr(run, "ROOT", tmp_path)
    return tmp_path


class FakeInstaller:
    """Stands for venv and pip: notes what is asked for; ``fails`` makes pip give up."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        self.fails = False
        monkeypatch.setattr(run, "make_venv", self.make_venv)
        monkeypatch.setattr(run, "pip_install", self.pip_install)

    def make_venv(self, venv: Path) -> None:
        shutil.rmtree(venv, ignore_errors=True)
        python = run.venv_python(venv)
        python.parent.mkdir(parents=True)
        python.touch()
        self.calls.append("venv")

    def pip_install(self, venv: Path, files: list[Path]) -> None:
        assert not (venv / run.MARKER).exists(), "a broken-off installation would look complete"
        self.calls.append(" ".join(file.name for file in files))
        if self.fails:
            raise run.pip_error(b"ERROR: No matching distribution found")

    def asked(self) -> list[str]:
        """Return the calls since the last look."""
        calls, self.calls = self.calls, []
        return calls


@pytest.fixture
def installer(monkeypatch: pytest.MonkeyPatch) -> FakeInstaller:
    return FakeInstaller(monkeypatch)


def install_runtime(checkout: Path) -> None:
    run.install(checkout / ".venv", [checkout / "requirements.txt"])


def install_tests(checkout: Path) -> None:
    run.install(checkout / ".venv", [checkout / "requirements.txt", checkout / "requirements-test.txt"])


def test_old_python_can_parse_the_whole_file() -> None:
    source = Path(run.__file__).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 6))
    # Parses with this Python's grammar switch, yet stops a real 3.6.
    assert "annotations" not in [
        name.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for name in node.names
    ]
    # "list[str]" and the like are evaluated when a function is defined, before the version is looked at.
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        hints = [function.returns, *(argument.annotation for argument in function.args.args)]
        assert not any(isinstance(hint, ast.Subscript | ast.BinOp) for hint in hints), function.name


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 10, 99)])
def test_old_python_is_told_what_to_install(version: tuple[int, ...]) -> None:
    with pytest.raises(run.SetupError) as told:
        run.require_python(version)
    vietnamese, english = str(told.value).splitlines()
    found = ".".join(map(str, version))
    assert found in vietnamese
    assert "Cần Python 3.11" in vietnamese
    assert found in english
    assert "Python 3.11 or newer" in english


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 2), (4, 0, 0)])
def test_new_python_is_welcome(version: tuple[int, ...]) -> None:
    run.require_python(version)


@pytest.mark.parametrize("absent", ["venv", "ensurepip"])
def test_debian_python_without_venv_is_told_the_package(absent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == absent else real(name))
    with pytest.raises(run.SetupError, match="apt install python3-venv"):
        run.require_venv_modules()


def test_second_start_installs_nothing(checkout: Path, installer: FakeInstaller) -> None:
    install_runtime(checkout)
    assert installer.asked() == ["venv", "requirements.txt"]
    install_runtime(checkout)
    assert installer.asked() == []


def test_tests_are_added_once_and_do_not_disturb_the_runtime(checkout: Path, installer: FakeInstaller) -> None:
    install_runtime(checkout)
    installer.asked()
    install_tests(checkout)
    assert installer.asked() == ["requirements.txt requirements-test.txt"]
    install_tests(checkout)
    install_runtime(checkout)
    assert installer.asked() == []


def test_changed_requirements_are_installed_into_the_same_environment(checkout: Path, installer: FakeInstaller) -> None:
    install_tests(checkout)
    installer.asked()
    (checkout / "requirements.txt").write_text(f"one==2 {ANY_HASH}\n", encoding="utf-8")
    install_runtime(checkout)
    assert installer.asked() == ["requirements.txt"]


def test_another_python_makes_a_new_environment(
    checkout: Path, installer: FakeInstaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_runtime(checkout)
    installer.asked()
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    install_runtime(checkout)
    assert installer.asked() == ["venv", "requirements.txt"]


@pytest.mark.parametrize("damage", ["no marker", "marker cut off", "marker of another kind", "no interpreter"])
def test_broken_environment_is_made_again(damage: str, checkout: Path, installer: FakeInstaller) -> None:
    install_runtime(checkout)
    installer.asked()
    marker = checkout / ".venv" / run.MARKER
    if damage == "no marker":
        marker.unlink()
    elif damage == "marker cut off":
        marker.write_text(marker.read_text(encoding="utf-8")[:-9], encoding="utf-8")
    elif damage == "marker of another kind":
        marker.write_text("[]", encoding="utf-8")
    else:
        run.venv_python(checkout / ".venv").unlink()
    install_runtime(checkout)
    assert installer.asked() == ["venv", "requirements.txt"]


def test_first_installation_that_fails_is_made_again(checkout: Path, installer: FakeInstaller) -> None:
    installer.fails = True
    with pytest.raises(run.SetupError):
        install_runtime(checkout)
    installer.fails = False
    installer.asked()
    install_runtime(checkout)
    assert installer.asked() == ["venv", "requirements.txt"]


def test_update_that_fails_keeps_what_was_there(checkout: Path, installer: FakeInstaller) -> None:
    install_runtime(checkout)
    before = json.loads((checkout / ".venv" / run.MARKER).read_text(encoding="utf-8"))
    installer.fails = True
    with pytest.raises(run.SetupError):
        install_tests(checkout)
    assert run.installed(checkout / ".venv") == before
    installer.asked()
    install_runtime(checkout)
    assert installer.asked() == []


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (b"ERROR: No matching distribution found for altair==6.3.0", "PIP_FIND_LINKS"),
        (
            b"ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "disk space",
        ),
        (
            b"ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: 'x'",
            "permissions",
        ),
        (
            b"ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n" + b"x\n" * 99,
            "altered",
        ),
    ],
)
def test_fault_of_pip_becomes_the_right_advice(output: bytes, sentence: str) -> None:
    assert sentence in str(run.pip_error(output))


def test_words_and_working_folder_reach_the_terminal_program_unchanged(
    checkout: Path, installer: FakeInstaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced_by: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _program, command: replaced_by.append(command))
    here = Path.cwd()
    run.work(["sheet", "ntm-levels", "--out", "a b.pdf"])
    run.work([])
    run.work(["setup"])
    program = [str(run.venv_python(checkout / ".venv")), str(checkout / "cli.py")]
    assert replaced_by == [[*program, "sheet", "ntm-levels", "--out", "a b.pdf"], [*program, "serve"]]
    assert installer.asked() == ["venv", "requirements.txt"]
    assert Path.cwd() == here


@pytest.mark.skipif(os.name == "nt", reason="there the program stays in between")
@pytest.mark.parametrize("status", [0, 2, 3])
def test_exit_status_of_the_terminal_program_is_passed_on(status: int, tmp_path: Path) -> None:
    (tmp_path / "cli.py").write_text("import sys; print(sys.argv[1]); sys.exit(int(sys.argv[2]))", encoding="utf-8")
    shutil.copy(run.__file__, tmp_path)
    hand_over = f"import sys, run; run.hand_over(run.Path(sys.executable), ['công', '{status}'])"
    done = subprocess.run(
        [sys.executable, "-c", hand_over], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stdout) == (status, "công\n")


class FakeChecks:
    """Stands for ``subprocess.call``: notes every step; those named in ``failing`` return 4."""

    def __init__(self, failing: set[str]) -> None:
        self.failing = failing
        self.steps: list[list[str]] = []
        self.long: str | None = None

    def __call__(self, command: list[str], cwd: Path, env: dict[str, str] | None = None) -> int:
        assert cwd == run.ROOT
        self.steps.append(command[2:])
        self.long = (env or {}).get("NTM_LONG")
        return 4 if command[2] in self.failing else 0


def test_failed_check_is_named_and_stops_the_tests(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = FakeChecks({"mypy"})
    monkeypatch.setattr(subprocess, "call", checks)
    assert run.run_tests(Path("python"), []) == 1
    assert capsys.readouterr().err.strip().endswith("Failed: mypy")
    assert not any(step[0] == "pytest" for step in checks.steps)


def test_pytest_gets_its_arguments_and_its_status_is_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NTM_LONG", raising=False)
    checks = FakeChecks({"pytest"})
    monkeypatch.setattr(subprocess, "call", checks)
    assert run.run_tests(Path("python"), ["-k", "run", "--long"]) == 4
    assert checks.steps[-1] == ["pytest", *run.PARALLEL, "-k", "run"]
    assert checks.long == "1"
    assert run.run_tests(Path("python"), ["-x"]) == 4
    assert checks.long is None


def test_missing_system_package_is_named_when_it_cannot_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _command: None)
    with pytest.raises(
        run.SetupError,
        match=r"apt install chromium poppler-utils libreoffice-calc-nogui gdal-bin nginx systemd openssl curl$",
    ):
        run.install_system_packages(run.SYSTEM_PACKAGES)


def test_nothing_is_asked_of_apt_when_all_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(command: list[str]) -> "subprocess.CompletedProcess[bytes]":
        asked.append(Path(command[0]).name)
        return subprocess.CompletedProcess(command, 0, stdout=b"install ok installed")

    monkeypatch.setattr(run, "run_quietly", answer)
    monkeypatch.setattr(shutil, "which", lambda command: f"/usr/bin/{command}")
    run.install_system_packages(run.SYSTEM_PACKAGES)
    assert asked == ["dpkg-query", "dpkg-query"]  # fonts and PostgreSQL have no command in the path


def test_without_network_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    for file in (Path(run.__file__), RUNTIME):
        shutil.copy(file, tmp_path)
    (tmp_path / "no wheels").mkdir()
    env = dict(
        os.environ,
        PIP_NO_INDEX="1",
        PIP_FIND_LINKS=(tmp_path / "no wheels").as_uri(),
        PIP_CONFIG_FILE=os.devnull,
        PYTHONIOENCODING="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "run.py", "setup"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "No matching distribution" in done.stderr
    assert "Lần cài đầu cần mạng" in done.stderr
    assert "The first installation needs the Python package index, or a folder of wheels" in done.stderr
    assert "Traceback" not in done.stderr


def test_folder_that_cannot_be_written_is_named(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / ".venv").mkdir()

    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(shutil, "rmtree", refuse)
    monkeypatch.setattr(sys, "argv", ["run.py", "setup"])
    assert run.main() == 1
    told = capsys.readouterr().err
    assert f"Không ghi được vào {checkout}" in told
    assert "Cannot write to" in told


def blocks(file: Path) -> list[str]:
    """Return the requirements of a compiled file, each as one line with its hashes."""
    text = file.read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("file", [RUNTIME, TESTS], ids=lambda file: file.name)
def test_every_requirement_is_pinned_with_hashes_and_names_no_source(file: Path) -> None:
    pinned = re.compile(r"[a-z0-9-]+==\S+( ; [^-]+)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    requirements = blocks(file)
    assert len(requirements) > 20
    assert [line[:60] for line in requirements if not pinned.fullmatch(line)] == []
    text = file.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"--(extra-)?index|--find-links|--trusted", text.replace("--no-emit-", ""))


def test_tests_run_with_the_versions_that_users_get() -> None:
    def versions(file: Path) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for line in blocks(file):
            name, version = line.split()[0].split("==")
            found.setdefault(name, set()).add(version)
        return found

    runtime, tests = versions(RUNTIME), versions(TESTS)
    shared = runtime.keys() & tests.keys()
    assert shared
    assert {name: tests[name] for name in shared if not tests[name] <= runtime[name]} == {}


@pytest.mark.parametrize("source", ["requirements.in", "requirements-test.in"])
def test_what_we_ask_for_is_in_the_compiled_file(source: str) -> None:
    asked = re.findall(r"^([\w.-]+==\S+)", (CHECKOUT / source).read_text(encoding="utf-8"), re.MULTILINE)
    compiled = {line.split()[0] for line in blocks((CHECKOUT / source).with_suffix(".txt"))}
    assert asked
    assert {re.sub(r"[-_.]+", "-", name).lower() for name in asked} <= {
        re.sub(r"[-_.]+", "-", name).lower() for name in compiled
    }


def test_ci_runs_what_a_developer_runs() -> None:
    script = CHECKOUT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert lines[-1] == "exec python3 run.py test"


def test_every_library_that_users_get_is_named_with_its_licence() -> None:
    notices = (CHECKOUT / "THIRD_PARTY_NOTICES.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| ([a-z0-9-]+) \| \S", notices, re.MULTILINE))
    assert named == {line.split("==")[0] for line in blocks(RUNTIME)}
