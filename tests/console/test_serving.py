"""Starting the console as a new user does."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from engine.cli import app
from engine.console.serving import Options, ServeError, open_hub, serve


def test_serve_prints_where_it_is_and_a_password_this_once(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-u",
        "-m",
        "engine.cli",
        "serve",
        "gedimino",
        "--db",
        str(tmp_path / "s.db"),
        "--port",
        "0",
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"}
    )
    try:
        assert process.stdout is not None
        first, second = process.stdout.readline(), process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", first)
        assert address is not None, first
        assert re.search(r"Name: admin {2}Password: \S{16}", second)
        for _ in range(100):
            try:
                with urlopen(f"{address[0]}/calls", timeout=5) as answer:  # noqa: S310 - loopback
                    assert answer.url.endswith("/sign-in?next=/calls")
                    break
            except OSError:
                time.sleep(0.05)
        else:
            pytest.fail("the console did not answer")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def test_a_second_start_makes_no_second_administrator(tmp_path: Path) -> None:
    options = Options("gedimino", str(tmp_path / "s.db"))
    first = open_hub(options)
    assert first.accounts.first_administrator() is not None
    first.close()
    second = open_hub(options)
    assert second.accounts.first_administrator() is None
    second.close()


def test_a_port_that_is_taken_is_said_to_be(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ServeError, match="--port names another"):
            serve(Options("gedimino", str(tmp_path / "s.db"), port=taken.getsockname()[1]), say=print)


def test_a_site_that_is_not_there_is_said_to_be_missing() -> None:
    done = CliRunner().invoke(app, ["serve", "gedimin", "--port", "0"])
    assert done.exit_code == 1
    assert "did you mean 'gedimino'" in done.output
