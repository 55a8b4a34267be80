"""A PostgreSQL server of one's own, made in a temporary folder and gone when the process that made it ends."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

PROGRAMS = Path("/usr/lib/postgresql")
#: Nothing here outlives the tests, so nothing needs to be safe on the disk.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_numbers = count(1)

#: It waits for the end of its input, which comes also when the tests are killed. Its own session: Ctrl-C is ours.
SCRIPT = """
{programs}/initdb -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >log 2>&1 &&
{programs}/pg_ctl -D data -o {options} -l server.log -w start >>log 2>&1 && echo ready || echo failed
read -r _
{programs}/pg_ctl -D data -m immediate stop >>log 2>&1
cd / && rm -rf {folder}
"""


class NoServerError(Exception):
    """PostgreSQL is not installed or does not start."""


@dataclass(frozen=True)
class Server:
    """A running server. It listens on a socket in its folder and on no port: two never meet."""

    folder: Path

    def database(self, template: str = "template1") -> str:
        """Make a database and return its address."""
        name = f"ntm_{next(_numbers)}"
        with psycopg.connect(host=str(self.folder), user="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"


@contextmanager
def cluster(options: dict[str, str]) -> Iterator[Server]:
    """Run a server with these settings of ``postgresql.conf``.

    Raises
    ------
    NoServerError
        Says what is missing.
    """
    found = sorted(PROGRAMS.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not found:
        message = f"No PostgreSQL: install it (apt install postgresql); looked for {PROGRAMS}/*/bin/initdb."
        raise NoServerError(message)
    folder = Path(tempfile.mkdtemp(prefix="ntm-postgresql-"))
    user = None
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = "postgres"
        shutil.chown(folder, user, user)
    settings = options | {"listen_addresses": "''", "unix_socket_directories": str(folder)}
    script = SCRIPT.format(
        programs=found[-1].parent,
        options=shlex.quote(" ".join(f"-c {name}={value}" for name, value in settings.items())),
        folder=folder,
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(["/bin/sh", "-c", script], cwd=folder, user=user, start_new_session=True, **pipes) as process:
        if process.stdout.readline() != "ready\n":
            message = f"PostgreSQL does not start:\n{(folder / 'log').read_text()}"
            raise NoServerError(message)
        yield Server(folder)  # leaving the block closes the script's input and waits for its end
