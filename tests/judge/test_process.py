"""The child process: however it ends, the parent learns it in words, in time, and goes on."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest

from nnbook.judge.process import in_child

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def spin():
    while True:
        pass


def swallow():
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(60)


def test_the_answer_comes_back_whole():
    blob = os.urandom(3_000_000)
    outcome = in_child(lambda: blob, 10)
    assert (outcome.kind, outcome.blob) == ("done", blob)


@pytest.mark.parametrize(
    ("work", "kind", "said"),
    [
        (lambda: os._exit(0), "died", "ended by itself"),
        (lambda: os.kill(os.getpid(), signal.SIGUSR2), "died", "SIGUSR2"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "memory", "killed"),
        (lambda: 1 / 0, "died", "ZeroDivisionError"),
        (lambda: sys.exit("bye"), "died", "SystemExit"),
        (lambda: bytes(10**11), "memory", ""),
        (spin, "timeout", ""),
        (swallow, "timeout", ""),
    ],
)
def test_every_end_has_its_word(work, kind, said):
    start = time.monotonic()
    outcome = in_child(work, 1)
    assert outcome.kind == kind
    assert said in outcome.reason
    assert time.monotonic() - start < 6


def test_what_it_prints_goes_nowhere(capfd):
    def work():
        print("hello")
        os.write(1, b"[{}]")
        os.write(2, b"oops")
        return b"x"

    assert in_child(work, 5).blob == b"x"
    assert capfd.readouterr() == ("", "")


def test_its_children_are_ended_with_it():
    def work():
        subprocess.Popen(["sleep", "300"])
        spin()

    in_child(work, 1)
    listing = subprocess.run(["pgrep", "-f", "^sleep 300$"], capture_output=True, text=True).stdout
    assert listing == ""
