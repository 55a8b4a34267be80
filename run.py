#!/usr/bin/env python3
"""From a fresh machine to the running map: ``python3 run.py``.

``run.py``
    Installs what is missing into ``.venv`` and hands over to ``cli.py serve``.
``run.py setup``
    Installs only.
``run.py test [--long] [pytest arguments]``
    Installs what the tests need as well, checks the code, runs the tests.
``run.py WORD …``
    Hands over to ``cli.py WORD …``.

The whole file must parse on Python 3.6, so that an old Python gets a sentence and not a syntax error.
It speaks on standard error only: standard output belongs to ``cli.py``.
"""

import errno
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
RUNTIME = "requirements.txt"
TESTS = "requirements-test.txt"
MARKER = "ntm-installed.json"
OLDEST_PYTHON = (3, 11)
LINES_KEPT = 6
INTERRUPTED = 130
DISK_ERRORS = (errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EROFS, errno.EDQUOT)

# Debian package → a command that proves it is there; "" where only the package manager can tell.
SYSTEM_PACKAGES = {
    "chromium": "chromium",
    "poppler-utils": "pdftotext",
    "fonts-dejavu-core": "",
    "postgresql": "",
    "libreoffice-calc-nogui": "soffice",
    "gdal-bin": "ogrinfo",
    "nginx": "nginx",
    "systemd": "systemd-analyze",
    "openssl": "openssl",
    "curl": "curl",
}
#: What only the tests of ``--long`` need: half a gigabyte.
LONG_PACKAGES = {"python3-qgis": ""}

#: Two tests at a time; every process has a store, a browser and a server of its own.
PARALLEL = ("-n", "2")

CHECKS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
}


class SetupError(Exception):
    """Something that the user has to put right, told in Vietnamese and then in English."""

    def __init__(self, vietnamese: str, english: str) -> None:
        super().__init__(vietnamese + "\n" + english)


def say(text: str, end: str = "\n") -> None:
    """Write to the user at once, apart from the output of ``cli.py``."""
    sys.stderr.write(text + end)
    sys.stderr.flush()


def run_quietly(command: "list[str]") -> "subprocess.CompletedProcess[bytes]":
    """Run ``command`` and keep what it says for the case that it fails."""
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def last_lines(output: bytes) -> str:
    """Return the end of what a program said: there it names its fault."""
    return "\n".join(output.decode("utf-8", "replace").strip().splitlines()[-LINES_KEPT:])


def disk_error(detail: str) -> SetupError:
    """Say that the folder cannot be written, with the system's own words."""
    return SetupError(
        f"Không ghi được vào {ROOT} ({detail}). Hãy kiểm tra quyền ghi và dung lượng đĩa rồi chạy lại.",
        f"Cannot write to {ROOT} ({detail}). Check the permissions and the free disk space, then run again.",
    )


def pip_error(output: bytes) -> SetupError:
    """Tell apart the ways in which pip fails: full disk, altered package, no place to get packages from."""
    said = last_lines(output)
    for fault in output.decode("utf-8", "replace").splitlines():
        if fault.startswith("ERROR") and any(f"[Errno {number}]" in fault for number in DISK_ERRORS):
            return disk_error(fault)
        if "DO NOT MATCH THE HASHES" in fault:
            return SetupError(
                f"{said}\nGói tải về không khớp với {RUNTIME}: nguồn gói đã bị thay đổi, nên không cài.",
                f"A package does not match {RUNTIME}: its source was altered, so it is not installed.",
            )
    return SetupError(
        f"{said}\nChưa cài được thư viện. Lần cài đầu cần mạng tới kho gói Python, hoặc một thư mục"
        " gói wheel: đặt PIP_NO_INDEX=1 và PIP_FIND_LINKS=<thư mục> rồi chạy lại.",
        "The libraries could not be installed. The first installation needs the Python package index, or a"
        " folder of wheels: set PIP_NO_INDEX=1 and PIP_FIND_LINKS=<folder>, then run again.",
    )


def require_python(version: "tuple[int, ...]") -> None:
    """Refuse a Python that the libraries do not support, before anything newer is touched."""
    if version[:2] < OLDEST_PYTHON:
        found = ".".join(str(part) for part in version[:3])
        raise SetupError(
            f"Cần Python 3.11 trở lên, đây là Python {found}. Hãy cài bản mới rồi chạy: python3.11 run.py",
            f"Python 3.11 or newer is needed, this is {found}. Install one, then run: python3.11 run.py",
        )


def require_venv_modules() -> None:
    """Refuse a Python without ``venv``: Debian ships it apart."""
    if any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip")):
        raise SetupError(
            "Python này thiếu venv. Trên Debian/Ubuntu hãy chạy: apt install python3-venv, rồi chạy lại.",
            "This Python has no venv. On Debian/Ubuntu run: apt install python3-venv, then run again.",
        )


def venv_python(venv: Path) -> Path:
    """Return the interpreter of ``venv``."""
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def wanted(files: "list[Path]", version: "tuple[int, ...]") -> "dict[str, str]":
    """Return what a complete installation of ``files`` is known by.

    Of the Python only major and minor count: a security update leaves an environment usable.
    """
    state = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    state["python"] = "{}.{}".format(*version)
    return state


def installed(venv: Path) -> "dict[str, str]":
    """Return what was installed completely; nothing when the environment is missing, broken or half-made."""
    if not venv_python(venv).exists():
        return {}
    try:
        state = json.loads((venv / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def make_venv(venv: Path) -> None:
    """Make an empty environment in the place of whatever is there."""
    require_venv_modules()
    if venv.is_symlink() or venv.is_file():
        venv.unlink()
    elif venv.exists():
        shutil.rmtree(str(venv))
    # Not sys.executable: run.py may have been started by the environment that has just been removed.
    python = getattr(sys, "_base_executable", sys.executable)
    made = run_quietly([python, "-m", "venv", str(venv)])
    if made.returncode != 0:
        raise disk_error(" ".join(last_lines(made.stdout).split()))


def pip_install(venv: Path, files: "list[Path]") -> None:
    """Install ``files``, hashes checked; where packages come from is left to the user's pip configuration."""
    command = [str(venv_python(venv)), "-m", "pip", "install", "--no-input", "--require-hashes"]
    for file in files:
        command += ["-r", str(file)]
    # PIP_USER: a "user installation" that somebody has set for all his work is impossible in an environment.
    env = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_USER="0")
    output = b""
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as pip:
        for line in pip.stdout or ():
            output += line
            if line.startswith((b"Collecting", b"Processing")):
                say(".", end="")
    say("")
    if pip.returncode != 0:
        raise pip_error(output)


def install(venv: Path, files: "list[Path]") -> None:
    """Bring ``venv`` to ``files``; a complete environment costs a look at one small file.

    The marker is away while pip works, so an interrupted installation is made again from nothing. When pip
    itself gives up, the earlier state is still there and stays known.
    """
    before, after = installed(venv), wanted(files, sys.version_info[:3])
    if after.items() <= before.items():
        return
    say("Đang cài các thư viện vào .venv; lần đầu mất vài phút.")
    say("Installing the libraries into .venv; the first time takes some minutes.")
    marker = venv / MARKER
    if before.get("python") == after["python"]:
        marker.unlink()
    else:
        make_venv(venv)
        before = {}
    try:
        pip_install(venv, files)
    except SetupError:
        if before:
            marker.write_text(json.dumps(before), encoding="utf-8")
        raise
    marker.write_text(json.dumps(dict(before, **after)), encoding="utf-8")


def is_missing(package: str, command: str) -> bool:
    """Tell whether a system package is absent; outside Debian only a command can be looked for."""
    if command and shutil.which(command):
        return False
    dpkg = shutil.which("dpkg-query")
    if dpkg is None:
        return bool(command)
    return b"install ok installed" not in run_quietly([dpkg, "-W", "-f=${Status}", package]).stdout


def install_system_packages(packages: "dict[str, str]") -> None:
    """Install the programs that the tests drive: by apt as root, otherwise the user is told which."""
    missing = [package for package, command in packages.items() if is_missing(package, command)]
    if not missing:
        return
    names = " ".join(missing)
    advice = SetupError(
        f"Các phép thử cần thêm: {names}. Hãy cài với quyền quản trị, ví dụ: apt install {names}",
        f"The tests also need: {names}. Install them as administrator, for example: apt install {names}",
    )
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise advice
    say(f"apt-get install {names}")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    run_quietly([apt, "update"])
    made = run_quietly([apt, "install", "-y", "--no-install-recommends", *missing])
    if made.returncode != 0:
        say(last_lines(made.stdout))
        raise advice


def run_tests(python: Path, words: "list[str]") -> int:
    """Check the code, then run pytest; return its exit status, or 1 when a check has failed."""
    failed = [name for name, check in CHECKS.items() if subprocess.call([python, "-m", *check], cwd=ROOT)]
    if failed:
        say("Không qua / Failed: " + ", ".join(failed))
        return 1
    env = dict(os.environ)
    if "--long" in words:
        env["NTM_LONG"] = "1"
    words = [word for word in words if word != "--long"]
    status = subprocess.call([python, "-m", "pytest", *PARALLEL, *words], cwd=ROOT, env=env)
    if status:
        say("Không qua / Failed: pytest")
    return status


def hand_over(python: Path, words: "list[str]") -> int:
    """Become ``cli.py``: exit status, Ctrl-C and relative paths behave as if it had been started itself."""
    command = [str(python), str(ROOT / "cli.py"), *words]
    if os.name == "nt":  # there, exec would give the terminal back while the program still runs
        return subprocess.call(command)
    os.execv(command[0], command)  # noqa: S606 - no shell is what we want
    return 0


def work(words: "list[str]") -> int:
    """Do what the command line asks and return the exit status."""
    require_python(sys.version_info[:3])
    venv = ROOT / ".venv"
    python = venv_python(venv)
    if words[:1] == ["test"]:
        install_system_packages(dict(SYSTEM_PACKAGES, **(LONG_PACKAGES if "--long" in words else {})))
        install(venv, [ROOT / RUNTIME, ROOT / TESTS])
        return run_tests(python, words[1:])
    install(venv, [ROOT / RUNTIME])
    if words == ["setup"]:
        return 0
    return hand_over(python, words or ["serve"])


def main() -> int:
    """Turn every foreseeable trouble into sentences and an exit status."""
    try:
        return work(sys.argv[1:])
    except SetupError as error:
        say(str(error))
    except OSError as error:
        say(str(disk_error(str(error))))
    except KeyboardInterrupt:
        say("")
        return INTERRUPTED
    return 1


if __name__ == "__main__":
    sys.exit(main())
