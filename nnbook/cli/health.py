"""`nnbook doctor`: what is installed, what the machine offers, what is wrong, and what to do about it."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import json
import locale
import os
import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nnbook import __version__
from nnbook.cli.console import console, plain
from nnbook.course import CourseError, content_root
from nnbook.course import lessons as course_lessons
from nnbook.course import progress as _progress
from nnbook.course.files import reason, write_atomically
from nnbook.course.workspace import find_workspace

_IMPORT_NAMES = {"scikit-learn": "sklearn"}
# What a missing or broken package keeps from working is found by importing it; these take long and prove little more.
_BY_VERSION_ONLY = {"jupyterlab", "scikit-learn", "matplotlib", "ipywidgets"}
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*([^;]*)(;.*)?$")


@dataclass(frozen=True)
class Finding:
    """One line of the examination. `repair` says what to do; `wrong` is false for what one can live with."""

    what: str
    value: str
    repair: str = ""
    wrong: bool = False


def examine() -> Iterator[Finding]:
    """All findings; one that cannot be made is itself a finding."""
    for look in (_python, _packages, _kernel, _torch, _processes, _encodings, _content, _folders):
        try:
            yield from look()
        except Exception as err:
            yield Finding(
                look.__name__.strip("_"), f"{type(err).__name__}: {err}", "this could not be looked at", wrong=True
            )


def _python() -> Iterator[Finding]:
    yield Finding("nnbook", __version__)
    version = platform.python_version()
    old = sys.version_info < (3, 11)
    yield Finding(
        "Python",
        f"{version} on {platform.system()} {platform.machine()}",
        "nnbook needs Python 3.11 or newer" if old else "",
        old,
    )


def requirements() -> dict[str, str]:
    """What nnbook needs, as its own metadata says: name -> lowest version."""
    try:
        lines = importlib.metadata.requires("nnbook") or []
    except importlib.metadata.PackageNotFoundError:
        return {}
    found = {}
    for line in lines:
        match = _REQUIREMENT.match(line)
        if match and "extra ==" not in (match[3] or ""):
            least = re.search(r">=\s*([0-9][0-9.]*)", match[2])
            found[match[1]] = least[1] if least else ""
    return found


def older(version: str, least: str) -> bool:
    """Whether a version is below another, by its leading numbers."""

    def numbers(text: str) -> list[int]:
        head = re.match(r"[0-9.]+", text)
        return [int(n) for n in head[0].split(".") if n] if head else []

    a, b = numbers(version), numbers(least)
    length = max(len(a), len(b))
    return a + [0] * (length - len(a)) < b + [0] * (length - len(b))


def _packages() -> Iterator[Finding]:
    needed = requirements()
    if not needed:
        yield Finding(
            "packages", "nnbook is not installed as a package", "run `pip install -e .` in the repository", wrong=True
        )
        return
    for name, least in needed.items():
        install = f"run `pip install '{name}{'>=' + least if least else ''}'`"
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield Finding(name, "missing", install, wrong=True)
            continue
        if least and older(version, least):
            yield Finding(name, f"{version}, older than {least}", install, wrong=True)
            continue
        if name not in _BY_VERSION_ONLY:
            try:
                importlib.import_module(_IMPORT_NAMES.get(name, name))
            except Exception as err:
                said = " ".join(f"{type(err).__name__}: {err}".split())[:200]
                yield Finding(
                    name, f"{version}, but cannot be imported: {said}", f"install it again: {install}", wrong=True
                )
                continue
        yield Finding(name, version)


def _kernel() -> Iterator[Finding]:
    try:
        from jupyter_client.kernelspec import KernelSpecManager
    except ImportError:
        yield Finding("kernel", "jupyter_client is missing", "run `pip install jupyterlab`", wrong=True)
        return
    specs = KernelSpecManager().find_kernel_specs()
    if "python3" not in specs:
        yield Finding(
            "kernel", "there is no kernel named python3", "run `python -m ipykernel install --user`", wrong=True
        )
        return
    argv = json.loads((Path(specs["python3"]) / "kernel.json").read_text(encoding="utf-8")).get("argv", ["python"])
    here = Path(sys.executable)
    # a bare "python" means the interpreter that runs Jupyter, which `nnbook lab` makes this one
    same = Path(argv[0]).name == argv[0] or Path(argv[0]) == here or Path(argv[0]).resolve() == here.resolve()
    repair = "" if same else "run `python -m ipykernel install --sys-prefix` with the Python that has nnbook"
    yield Finding("kernel python3", "this Python" if same else f"another Python: {argv[0]}", repair, wrong=not same)


def _torch() -> Iterator[Finding]:
    try:
        import torch
    except Exception:
        yield Finding("CUDA", "not known without torch")
        return
    if torch.cuda.is_available():
        try:
            value = f"{torch.version.cuda}, {torch.cuda.get_device_name(0)}"
            (torch.ones(2, device="cuda") + 1).sum().item()
            yield Finding("CUDA", value)
        except Exception as err:
            said = " ".join(str(err).split())[:160]
            yield Finding(
                "CUDA",
                f"there, but a sum fails: {said}",
                "install the torch that fits this driver; lessons run on CPU",
                wrong=True,
            )
    else:
        yield Finding("CUDA", "none; everything runs on CPU")


def _processes() -> Iterator[Finding]:
    if not hasattr(os, "fork"):
        yield Finding(
            "fork", "not on this system", "`nnbook check` and `grade` need it: use Linux, macOS or WSL", wrong=True
        )
        return
    yield Finding("fork", "there: each answer runs in a process of its own")
    look: Callable[[], object] | None = None
    with contextlib.suppress(Exception):
        from nnbook import grader

        look = getattr(grader, "isolation", None)
    if look is not None:
        yield Finding("isolation", str(look()))
        return
    if platform.system() != "Linux":
        yield Finding("isolation", "no namespaces on this system", "grade strangers' answers on Linux")
        return
    value, repair = _namespaces()
    yield Finding("isolation", value, repair)


def _namespaces() -> tuple[str, str]:
    """Whether a user may open namespaces of their own, tried in a child."""
    import ctypes

    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            clone_newuser = 0x10000000
            code = 0 if ctypes.CDLL(None, use_errno=True).unshare(clone_newuser) == 0 else 1
        finally:
            os._exit(code)
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0:
        return "user namespaces can be opened", ""
    return "user namespaces are closed here", "only for grading strangers' answers: allow unprivileged user namespaces"


def _encodings() -> Iterator[Finding]:
    names = [
        getattr(sys.stdout, "encoding", None) or "?",
        sys.getfilesystemencoding(),
        locale.getpreferredencoding(False),
    ]
    value = "stdout {}, file names {}, files {}".format(*names)
    narrow = "utf" not in names[0].lower()
    yield Finding("encodings", value, "set PYTHONUTF8=1 to see symbols; output is ASCII until then" if narrow else "")


def _content() -> Iterator[Finding]:
    try:
        root = content_root()
    except CourseError as err:
        yield Finding("notebooks", "missing", str(err), wrong=True)
        return
    there = [lesson.id for lesson in course_lessons() if lesson.is_there]
    from nnbook import bank

    yield Finding(
        "notebooks", f"{len(there)} of {len(course_lessons())} lessons, {len(bank.exercises())} exercises, in {root}"
    )
    if not there:
        yield Finding("lessons", "none is there", "install nnbook again, or clone the repository again", wrong=True)


def _folders() -> Iterator[Finding]:
    workspace = find_workspace()
    folder = workspace or Path.cwd()
    name = "workspace" if workspace else "this folder"
    yield _writable(
        name,
        folder,
        "" if workspace else " (no workspace yet: `nnbook lab` makes one)",
        "give yourself the right to write, or use another folder",
    )
    home = _progress.home()
    yield _writable("progress", home, "", "set NNBOOK_HOME to a folder that you may write")
    with contextlib.suppress(OSError):
        near = next(p for p in (folder, *folder.parents) if p.exists())
        free = shutil.disk_usage(near).free
        if free < 200_000_000:
            yield Finding(
                "disk", f"{free / 1e6:.0f} MB free", "make room: notebooks cannot be saved on a full disk", wrong=True
            )


def _writable(what: str, folder: Path, more: str, repair: str) -> Finding:
    near = next((p for p in (folder, *folder.parents) if p.exists()), folder)
    probe = near / ".nnbook-probe"
    try:
        write_atomically(probe, b"")
        probe.unlink()
    except OSError as err:
        return Finding(what, f"{folder} cannot be written ({reason(err)})", repair, wrong=True)
    return Finding(what, f"{folder}{more}")


def doctor() -> int:
    """Print the findings; exit 1 if something is wrong."""
    wrong = []
    for finding in examine():
        word = "WRONG" if finding.wrong else "note " if finding.repair else "ok   "
        style = "bold red" if finding.wrong else "yellow" if finding.repair else "green"
        console().print(word, style=style, end="  ", highlight=False)
        plain(f"{finding.what:<15} {finding.value}")
        if finding.repair:
            plain(f"{'':22} -> {finding.repair}")
        if finding.wrong:
            wrong.append(finding.what)
    plain()
    plain(f"Something is wrong with: {', '.join(wrong)}" if wrong else "Nothing is wrong.")
    return 1 if wrong else 0
