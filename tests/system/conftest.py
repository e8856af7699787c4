"""What tests of the whole need: the wheel in an empty environment, and `nnbook lab` as a running server."""

import os
import re
import signal
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def wheel_environment(tmp_path_factory):
    """The bin folder of an empty environment into which the built wheel was installed, without network.

    The wheel's dependencies are lent from the environment that runs the tests by one path in a .pth file; nnbook itself
    is not on that path, since an editable install is itself a .pth line, which is not followed from there.
    """
    home = tmp_path_factory.mktemp("wheel")
    run = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(home), str(ROOT)]
    subprocess.run(run, check=True, capture_output=True, timeout=300)
    (wheel,) = home.glob("*.whl")
    environment = home / "venv"
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    ask = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip())
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=300)
    return environment / "bin"


@pytest.fixture
def empty_folder(tmp_path, monkeypatch):
    """An empty folder to stand in, with a home of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NNBOOK_HOME", raising=False)
    return tmp_path


class Lab:
    """A running `nnbook lab --no-browser`."""

    def __init__(self, command, folder, environment):
        self.log = folder / "lab.log"
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                [*command, "lab", "--no-browser"], cwd=folder, stdout=out, stderr=out, env=environment,
                start_new_session=True,
            )  # fmt: skip
        self.url = self._address()

    def _address(self):
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            found = re.search(r"(http://localhost:\d+/lab)\S*token=(\w+)", self.log.read_text())
            if found:
                return found.groups()
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        raise AssertionError(f"no address was printed:\n{self.log.read_text()}")

    def stop(self):
        """End it as Ctrl-C does; its exit code."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise


@pytest.fixture
def start_lab(empty_folder):
    """Start `nnbook lab --no-browser` with a given command in the empty folder; stopped at the end of the test."""
    started = []

    def start(command):
        started.append(Lab(command, empty_folder, dict(os.environ)))
        return started[-1]

    yield start
    for lab in started:
        lab.stop()
