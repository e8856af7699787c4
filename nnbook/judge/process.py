"""Running an answer in a process of its own, so that what it breaks is its own.

The child observes and writes its observations, as bytes, to a pipe; the parent reads until the pipe closes or the time
is up. This is the seam at which a stronger sandbox takes over: whatever runs `observe_answer` and returns its bytes.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

MEMORY_BYTES = 4 * 1024**3
_GRACE_SECONDS = 1.0
_START_SECONDS = 60.0  # for a fresh process to load torch
_MAX_ANSWER_BYTES = 512 * 1024**2


class Overtime(BaseException):
    """The time is up. Not an Exception, so that an answer's own `except Exception` does not swallow it."""


@dataclass(frozen=True)
class Outcome:
    """How a child ended: "done" with its bytes, "timeout", "memory", or "died" with a reason."""

    kind: str
    blob: bytes = b""
    reason: str = ""


@contextlib.contextmanager
def time_limit(seconds: float):
    """Raise Overtime in this thread after `seconds`; does nothing where the platform or the thread has no alarm."""
    try:
        before = signal.signal(signal.SIGALRM, _overtime)
    except (ValueError, AttributeError):  # not the main thread, or Windows
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _overtime(signum, frame):
    raise Overtime


def in_child(work: Callable[[], bytes], timeout: float, memory: int = MEMORY_BYTES) -> Outcome:
    """Fork, run `work` in the child under limits, and hand back what it wrote."""
    reader, writer = os.pipe()
    gc.freeze()  # what is here already is not for the child to collect: looking at it would copy its memory
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(reader)
            os.setpgid(0, 0)
            answer_to(writer, work, timeout, memory)
            code = 0
        finally:
            os._exit(code)
    gc.unfreeze()
    os.close(writer)
    deadline = time.monotonic() + timeout + _GRACE_SECONDS
    blob, late = _read_all(reader, deadline)
    os.close(reader)
    if late:
        _kill(pid)
    status = _wait(pid, max(deadline - time.monotonic(), _GRACE_SECONDS))
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)  # whatever it started ends with it
    return _outcome(blob, late, os.waitstatus_to_exitcode(status))


def in_fresh_process(command: list[str], request: bytes, timeout: float) -> Outcome:
    """Start a process, give it the request, and hand back what it wrote: where forking cannot be (CUDA, Windows)."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        blob, _ = process.communicate(request, timeout + _START_SECONDS)
        late = False
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        blob, late = b"", True
    return _outcome(blob, late, process.returncode)


def _outcome(blob: bytes, late: bool, code: int) -> Outcome:
    if late:
        return Outcome("timeout")
    if blob[:1] == b"+":
        return Outcome("done", blob[1:])
    if blob[:1] == b"-":
        kind, _, reason = blob[1:].decode(errors="replace").partition(":")
        return Outcome(kind, reason=reason)
    if code < 0:
        if -code == signal.SIGKILL:
            return Outcome("memory", reason="the process was killed")
        return Outcome("died", reason=f"the process was ended by {signal.Signals(-code).name}")
    return Outcome("died", reason="the process ended by itself before it had answered")


def answer_to(writer: int, work: Callable[[], bytes], timeout: float, memory: int) -> None:
    """In the child: run `work` under limits and write what came of it. What it prints goes nowhere."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    # Python's own stream objects may be somebody's capture, which descriptors 1 and 2 do not reach.
    sys.stdin, sys.stdout, sys.stderr = (open(os.devnull, m) for m in ("r", "w", "w"))  # noqa: SIM115
    _limit_memory(memory)
    try:
        with time_limit(timeout):
            message = b"+" + work()
    except Overtime:
        message = b"-timeout:"
    except MemoryError:
        message = b"-memory:"
    except BaseException as err:
        message = f"-died:{type(err).__name__}: {err}".encode()
    view = memoryview(message)
    while view:
        view = view[os.write(writer, view) :]


def _limit_memory(room: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    with contextlib.suppress(OSError, ValueError), open("/proc/self/statm") as f:
        used = int(f.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + room, used + room))
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read_all(reader: int, deadline: float) -> tuple[bytes, bool]:
    parts: list[bytes] = []
    size = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return b"".join(parts), True
        ready, _, _ = select.select([reader], [], [], left)
        if not ready:
            return b"".join(parts), True
        part = os.read(reader, 1 << 20)
        if not part:
            return b"".join(parts), False
        parts.append(part)
        size += len(part)
        if size > _MAX_ANSWER_BYTES:
            return b"", True


def _kill(pid: int) -> None:
    for end in (lambda: os.killpg(pid, signal.SIGKILL), lambda: os.kill(pid, signal.SIGKILL)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            end()


def _wait(pid: int, patience: float) -> int:
    end = time.monotonic() + patience
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return status
        if time.monotonic() > end:
            _kill(pid)
            return os.waitpid(pid, 0)[1]
        time.sleep(0.001)
