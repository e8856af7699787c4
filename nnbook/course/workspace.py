"""A learner's workspace: the notebooks copied out, kept up to date, and never overwritten once edited."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from nnbook import __version__
from nnbook.course.catalogue import content_root
from nnbook.course.errors import CourseError
from nnbook.course.files import reason, write_atomically

DEFAULT = "nnbook-workspace"
FOLDERS = ("notebooks", "exercises")
STATE = ".nnbook"
MANIFEST = f"{STATE}/workspace.json"


@dataclass
class Update:
    """What bringing a workspace up to date did, as paths inside it."""

    root: Path
    copied: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    """Edited files: left as they are."""
    beside: dict[str, str] = field(default_factory=dict)
    """Edited files whose new version was written next to them, and under which name."""
    notices: list[str] = field(default_factory=list)


def find_workspace(start: Path | None = None) -> Path | None:
    """The workspace that `start` (the current folder) lies in, if any."""
    with contextlib.suppress(OSError):
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / MANIFEST).is_file():
                return folder
    return None


def fingerprint(data: bytes, suffix: str) -> str:
    """A hash of what a person wrote: of a notebook, its cells' kinds and texts; running it is not editing it."""
    if suffix == ".ipynb":
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            cells = []
            for cell in json.loads(data)["cells"]:
                source = cell["source"]
                text = source if isinstance(source, str) else "".join(source)
                # Jupyter appends an empty cell when the last one is run; it holds nothing that could be lost
                if text.strip() or cell.get("attachments"):
                    cells.append([cell["cell_type"], text, cell.get("attachments") or {}])
            data = json.dumps(cells, sort_keys=True).encode()
    return hashlib.sha256(data).hexdigest()


def update_workspace(root: Path, *, source: Path | None = None, today: datetime.date | None = None) -> Update:
    """Make `root` a workspace, or bring it up to date.

    A file that is as it was copied is replaced by a newer one. A file that was edited stays, and the newer one is
    written beside it, once, with the date in its name. A file that was deleted comes back.
    """
    source = source or content_root()
    update = Update(root)
    try:
        root.mkdir(parents=True, exist_ok=True)
        if root.resolve() == source.resolve():
            # the repository itself: its notebooks are worked on where they stand
            write_atomically(root / ".nnbook-probe", b"")
            (root / ".nnbook-probe").unlink()
            return update
        manifest = _read_manifest(root, update)
        date = (today or datetime.date.today()).isoformat()
        for name, path in _shipped(source):
            _bring(update, manifest, name, path.read_bytes(), date)
        manifest["nnbook"] = __version__
        write_atomically(root / MANIFEST, (json.dumps(manifest, indent=1, sort_keys=True) + "\n").encode())
    except OSError as err:
        raise CourseError(
            f"the workspace {root} cannot be written ({reason(err)}): name another, as in `nnbook lab ~/{DEFAULT}`"
        ) from err
    return update


def _shipped(source: Path) -> Iterator[tuple[str, Path]]:
    for folder in FOLDERS:
        for path in sorted((source / folder).rglob("*")):
            inside = path.relative_to(source)
            if path.is_file() and not any(part.startswith((".", "__")) for part in inside.parts):
                yield inside.as_posix(), path


def _read_manifest(root: Path, update: Update) -> dict[str, Any]:
    path = root / MANIFEST
    empty: dict[str, Any] = {"format": 1, "files": {}, "beside": {}}
    if not path.exists():
        return empty
    try:
        manifest = json.loads(path.read_bytes())
        if not isinstance(manifest["files"], dict) or not isinstance(manifest["beside"], dict):
            raise TypeError
        return manifest
    except (ValueError, KeyError, TypeError):
        update.notices.append(f"{path} is damaged and was made anew; every file that differs now counts as yours")
        return empty


def _bring(update: Update, manifest: dict[str, Any], name: str, data: bytes, date: str) -> None:
    target = update.root / name
    new = fingerprint(data, target.suffix)
    copied = manifest["files"].get(name)
    if not target.exists():
        write_atomically(target, data)
        update.copied.append(name)
    else:
        mine = target.read_bytes()
        now = fingerprint(mine, target.suffix)
        if now == new:
            update.unchanged.append(name)
        elif now == copied:
            write_atomically(target, data)
            update.replaced.append(name)
        else:
            update.kept.append(name)
            _offer(update, manifest, name, data, new, date)
            return
    manifest["files"][name] = new
    _withdraw(update, manifest, name)


def _offer(update: Update, manifest: dict[str, Any], name: str, data: bytes, new: str, date: str) -> None:
    """Write the new version beside an edited file, unless it was offered before or is what the edits began from."""
    offered = manifest["beside"].get(name)
    if manifest["files"].get(name) == new or (offered and offered["hash"] == new):
        return
    _withdraw(update, manifest, name)
    target = update.root / name
    beside = target.with_name(f"{target.stem}.new-{date}{target.suffix}")
    number = 2
    while beside.exists():
        beside = target.with_name(f"{target.stem}.new-{date}-{number}{target.suffix}")
        number += 1
    write_atomically(beside, data)
    update.beside[name] = beside.relative_to(update.root).as_posix()
    manifest["beside"][name] = {"hash": new, "file": update.beside[name]}


def _withdraw(update: Update, manifest: dict[str, Any], name: str) -> None:
    """Take away an offered copy that nobody touched and that is out of date by now, so that copies do not pile up."""
    offered = manifest["beside"].pop(name, None)
    if offered:
        path = update.root / offered["file"]
        if path.is_file() and fingerprint(path.read_bytes(), path.suffix) == offered["hash"]:
            path.unlink()


# -- JupyterLab --------------------------------------------------------------------------------------------------------


def serve(root: Path, *, browser: bool = True, port: int | None = None, announce: Callable[[str], None] = print) -> int:
    """Run JupyterLab in `root` until it ends or Ctrl-C; `announce` gets its address. Returns the exit status."""
    import importlib.util

    if importlib.util.find_spec("jupyterlab") is None:
        raise CourseError("JupyterLab is not installed here: run `pip install jupyterlab`")
    first = "notebooks/00_start_here.ipynb"
    start = f"/lab/tree/{first}" if (root / first).is_file() else "/lab"
    command = [
        sys.executable, "-m", "jupyterlab",
        f"--ServerApp.root_dir={root.resolve()}",
        f"--ServerApp.open_browser={browser}",
        f"--LabApp.default_url={start}",
        # a course works offline and asks nobody for news or updates
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    if port is not None:
        command.append(f"--ServerApp.port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--ServerApp.allow_root=True")  # a container's only user is often root
    # A session of its own keeps Ctrl-C from reaching Jupyter, which would ask whether it was meant.
    apart: dict[str, Any] = (
        {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
        if os.name == "nt"
        else {"start_new_session": True}
    )
    # Jupyter's own words go to a file: what it says of addresses and of Ctrl-C is not what happens here.
    log = _runtime() / f"nnbook-lab-{os.getpid()}.log"
    with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as words:
        process = subprocess.Popen(
            command, cwd=root, stdin=subprocess.DEVNULL, stdout=words, stderr=words, env=_environment(root), **apart
        )
    with _signals_as_interrupt():
        try:
            announce(_address(process, start, log))
            status = process.wait()
        except KeyboardInterrupt:
            status = 0
        finally:
            _end(process)
    with contextlib.suppress(OSError):
        log.unlink()
    return status


def _environment(root: Path) -> dict[str, str]:
    """The environment for Jupyter, with a setting by which JupyterLab does not ask whether it may send news."""
    config = root / STATE / "jupyter"
    try:
        (config / "labconfig").mkdir(parents=True, exist_ok=True)
        write_atomically(
            config / "labconfig" / "page_config.json",
            json.dumps({"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}).encode(),
        )
    except OSError:  # the question is then asked; nothing else is lost
        return dict(os.environ)
    others = os.environ.get("JUPYTER_CONFIG_PATH")
    return {
        **os.environ,
        "JUPYTER_CONFIG_PATH": os.pathsep.join([str(config.resolve()), *([others] if others else [])]),
    }


def _runtime() -> Path:
    from jupyter_core.paths import jupyter_runtime_dir

    folder = Path(jupyter_runtime_dir())
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _address(process: subprocess.Popen, start: str, log: Path, patience: float = 90.0) -> str:
    note = _runtime() / f"jpserver-{process.pid}.json"
    end = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError, ValueError, KeyError):
            said = json.loads(note.read_bytes())
            token = f"?token={said['token']}" if said.get("token") else ""
            # Jupyter writes its note a moment before it answers there.
            socket.create_connection((said["hostname"], said["port"]), timeout=5).close()
            return said["url"].rstrip("/") + start + token
        time.sleep(0.05)
    why = f"did not start in {patience:g} s" if process.poll() is None else f"ended with status {process.returncode}"
    raise CourseError(f"JupyterLab {why}: its own words stand in {log}; `nnbook doctor` looks for the cause")


@contextlib.contextmanager
def _signals_as_interrupt() -> Iterator[None]:
    """Being ended or losing the terminal is taken as Ctrl-C, so that Jupyter and its kernels never stay behind."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {}
    for name in ("SIGTERM", "SIGHUP"):
        with contextlib.suppress(ValueError, AttributeError):  # not the main thread, or no such signal here
            number = getattr(signal, name)
            before[number] = signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(15)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            process.kill()
            process.wait()
