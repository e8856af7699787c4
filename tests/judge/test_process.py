"""The child process: however it ends, the parent learns it in words, in time, and goes on."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest

from nnbook import bank
from nnbook.judge import conclude, from_cells
from nnbook.judge.observer import observe_in_fresh_process
from nnbook.judge.process import MEMORY_BYTES, in_child

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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "status"),
    [
        (("", ""), "passed"),
        (("return y if", "return 2 * y if"), "failed"),
        (("y = x @ self.weight.T", "while True: pass"), "timeout"),
        (("y = x @ self.weight.T", "y = x @ self.weight.T; print(y)"), "passed"),
    ],
)
def test_a_fresh_process_comes_to_the_same_verdict(change, status):
    exercise = bank.find("Linear")
    source = exercise.solution.replace(*change) if change[0] else exercise.solution
    answer = from_cells([("a.py", source)], "a.py").answer("Linear")
    outcome = observe_in_fresh_process(exercise, answer, 3, "cpu", 3.0, MEMORY_BYTES)
    assert conclude(exercise, outcome, 3).status == status
