"""The command line: forms, exit codes, and one clear line for everything that goes wrong."""

import importlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from nnbook import bank, cli
from nnbook.cli import comparison, health
from nnbook.course import workspace
from nnbook.course.progress import Progress

LINEAR = bank.find("Linear")
RIGHT = LINEAR.solution
MISTAKE = LINEAR.mistakes[0]


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("NNBOOK_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NNBOOK_DEBUG", raising=False)


@pytest.fixture
def nnbook(capfd):
    """Runs a command in this process: (exit code, stdout, stderr)."""

    def run(*args):
        capfd.readouterr()
        code = cli.run([str(a) for a in args])
        out, err = capfd.readouterr()
        return code, out, err

    return run


def shell(*args, env=None, code=None, **more):
    """Runs a command in a process of its own."""
    command = [sys.executable, *(["-c", code] if code else ["-m", "nnbook.cli"]), *map(str, args)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, env={**os.environ, **(env or {})}, **more
    )


def one_line(err):
    lines = err.strip().splitlines()
    return len(lines) == 1 and lines[0].startswith("nnbook: ") and "Traceback" not in err


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def notebook_file(path, *sources):
    cells = [{"cell_type": "code", "source": s.splitlines(keepends=True), "metadata": {}} for s in sources]
    return write(path, json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


# -- check -------------------------------------------------------------------------------------------------------------


def test_check_passes_a_right_answer(nnbook, tmp_path):
    code, out, err = nnbook("check", write(tmp_path / "a.py", RIGHT))
    assert code == 0 and out.startswith("PASS  Linear: all ") and err == ""
    assert Progress()["Linear"].passed


def test_check_names_a_mistake(nnbook, tmp_path):
    code, out, _ = nnbook("check", write(tmp_path / "a.py", MISTAKE.source))
    assert code == 1 and out.startswith("FAIL  Linear: ")
    assert MISTAKE.title.rstrip(".") in " ".join(out.split()) and "Next:  nnbook hint Linear" in out


def test_check_reads_a_notebook_and_finds_every_exercise_in_it(nnbook, tmp_path):
    path = notebook_file(
        tmp_path / "a.ipynb", "%matplotlib inline\nimport torch\nfrom torch import nn", RIGHT, "check(Linear)"
    )
    code, out, _ = nnbook("check", path)
    assert code == 0 and out.count("PASS") == 1


def test_json_is_alone_on_stdout(tmp_path):
    noisy = "import os, sys\nprint('hello')\nos.write(1, b'raw')\n" + RIGHT
    noisy += "\nprint(Linear(2, 3))\n"
    wrong = write(tmp_path / "wrong.py", MISTAKE.source)
    done = shell("check", write(tmp_path / "a.py", noisy), wrong, "--json", "--seed", 3)
    assert done.returncode == 1, done.stderr
    right, other = json.loads(done.stdout)
    assert set(right) >= {
        "file",
        "exercise",
        "passed",
        "points",
        "max_points",
        "status",
        "cases",
        "diagnosis",
        "violations",
    }
    assert right["passed"] and right["points"] == LINEAR.points and right["diagnosis"] is None
    assert other["file"] == str(wrong) and other["status"] == "failed"
    assert other["diagnosis"]["mistake"] == MISTAKE.name and other["diagnosis"]["explanation"]
    assert {"name", "passed", "message"} <= set(other["cases"][0])


@pytest.mark.parametrize(
    "make, said",
    [
        (lambda d: d / "nope.ipynb", "no such file"),
        (lambda d: write(d / "a.ipynb", "not json"), "is no notebook"),
        (lambda d: write(d / "a.ipynb", "[]"), "is no notebook"),
        (lambda d: write(d / "a.txt", RIGHT), "neither a notebook"),
        (lambda d: write(d / "a.py", "x = 1\n"), "defines no exercise"),
        (lambda d: write(d / "a.py", "x = (\n"), "syntax error on line 1"),
        (lambda d: d, "is a folder"),
    ],
)
def test_a_file_that_cannot_be_checked_is_one_line_and_exit_2(nnbook, tmp_path, make, said):
    code, out, err = nnbook("check", make(tmp_path))
    assert code == 2 and one_line(err) and said in err and out == ""


def test_one_bad_file_costs_only_its_own_result(nnbook, tmp_path):
    code, out, err = nnbook("check", tmp_path / "nope.py", write(tmp_path / "a.py", RIGHT), "--json")
    assert code == 2 and one_line(err)
    assert [r["passed"] for r in json.loads(out)] == [True]


def test_an_unknown_exercise_names_the_nearest(nnbook, tmp_path):
    code, out, err = nnbook("check", write(tmp_path / "a.py", RIGHT), "--exercise", "Linaer")
    assert code == 2 and one_line(err) and "did you mean Linear" in err and out == ""


@pytest.mark.parametrize(
    "source, status, said",
    [
        ("x = 1\n", "missing", "does not define Linear"),
        ("class Linear(:\n    pass\n", "error", "syntax error on line 1"),
        (RIGHT.replace("        y = ", "        while True: pass\n        y = "), "timeout", "never ends"),
        (RIGHT.replace("        y = ", "        import os; os._exit(0)\n        y = "), "rule", ""),
        ("import os\n" + RIGHT.replace("        y = ", "        os._exit(0)\n        y = "), None, ""),
        (LINEAR.stub, "missing", "not written yet"),
        (RIGHT.replace("x @ self.weight.T", "nn.functional.linear(x, self.weight)"), "rule", ""),
    ],
)
def test_an_answer_that_cannot_pass_says_why(nnbook, tmp_path, source, status, said):
    path = write(tmp_path / "a.py", source)
    code, out, _ = nnbook("check", path, "--exercise", "Linear", "--json", "--timeout", "1.5")
    (result,) = json.loads(out)
    assert code == 1 and not result["passed"] and result["points"] == 0
    assert status is None or result["status"] == status
    assert said in result["message"]


def test_a_syntax_error_is_reported_without_naming_the_exercise_too(nnbook, tmp_path):
    path = notebook_file(
        tmp_path / "a.ipynb", "import torch", "class Linear(nn.Module):\n    def forward(self x):\n        pass"
    )
    code, out, _ = nnbook("check", path)
    assert code == 1 and "a.ipynb, cell 2: syntax error on line 2" in out


def test_a_device_that_is_not_there_is_one_line(nnbook, tmp_path, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    path = write(tmp_path / "a.py", RIGHT)
    for device, said in (("cuda", "no CUDA device"), ("tpu", "choose cpu or cuda")):
        code, _, err = nnbook("check", path, "--device", device)
        assert code == 2 and one_line(err) and said in err


# -- hint, solution, progress ------------------------------------------------------------------------------------------


def test_hints_go_on_between_calls(nnbook):
    seen = [nnbook("hint", "Linear")[1] for _ in range(4)]
    for number, out in zip((1, 2, 3, 3), seen, strict=True):
        assert out.startswith(f"Hint {number} of 3 for Linear") and LINEAR.hints[number - 1] in out
    assert nnbook("hint", "Linear", "--reset")[1] == seen[0]
    assert nnbook("hint", "Linear")[1] == seen[1]
    code, out, err = nnbook("hint", "linea")
    assert code == 2 and one_line(err) and "did you mean Linear" in err


def test_a_solution_is_shown_after_a_pass_or_when_asked_for(nnbook, tmp_path):
    code, out, err = nnbook("solution", "Linear")
    assert code == 1 and one_line(err) and "--show-anyway" in err and out == ""
    code, out, _ = nnbook("solution", "Linear", "--show-anyway")
    assert code == 0 and out == RIGHT
    nnbook("check", write(tmp_path / "a.py", RIGHT))
    assert nnbook("solution", "Linear")[1] == RIGHT


def test_progress(nnbook, tmp_path):
    nnbook("check", write(tmp_path / "a.py", RIGHT))
    code, out, _ = nnbook("progress")
    assert code == 0 and "02_layers" in out and "1 of " in out
    code, out, _ = nnbook("progress", "layers", "--json")
    table = json.loads(out)
    assert next(r for r in table["rows"] if r["name"] == "Linear")["state"] == "passed"
    code, _, err = nnbook("progress", "99_nothing")
    assert code == 2 and one_line(err) and "did you mean" in err
    code, out, err = nnbook("progress", "--reset")
    assert code == 0 and "progress.old.json" in err and (tmp_path / "home" / "progress.old.json").exists()
    assert not Progress().records


def test_a_damaged_progress_file_is_one_line_and_no_more(nnbook, tmp_path):
    (tmp_path / "home").mkdir()
    write(tmp_path / "home" / "progress.json", "{")
    code, out, err = nnbook("progress")
    assert code == 0 and one_line(err) and "damaged" in err
    assert nnbook("progress") == (0, out, "")


# -- lab, build, grade, parity, doctor ---------------------------------------------------------------------------------


def test_lab_says_what_it_did_and_serves(nnbook, tmp_path, monkeypatch):
    source = tmp_path / "source"
    (source / "exercises").mkdir(parents=True)
    write(source / "exercises" / "x.ipynb", json.dumps({"cells": [{"cell_type": "raw", "source": "1"}]}))
    monkeypatch.setattr(workspace, "content_root", lambda: source)
    served = []
    monkeypatch.setattr(workspace, "serve", lambda root, **options: served.append((root, options)) or 0)
    code, out, err = nnbook("lab", "--no-browser", "--port", 8123)
    assert code == 0 and "1 file copied" in out and err == ""
    assert str(served[0][0]) == "nnbook-workspace" and served[0][1]["browser"] is False and served[0][1]["port"] == 8123

    write(
        tmp_path / "nnbook-workspace/exercises/x.ipynb", json.dumps({"cells": [{"cell_type": "raw", "source": "mine"}]})
    )
    write(source / "exercises" / "x.ipynb", json.dumps({"cells": [{"cell_type": "raw", "source": "2"}]}))
    code, out, _ = nnbook("lab")
    assert code == 0 and "exercises/x.ipynb is yours and stays; its new version is exercises/x.new-" in out


def test_lab_in_a_folder_that_cannot_be_written(nnbook, tmp_path):
    write(tmp_path / "file", "")
    code, _out, err = nnbook("lab", tmp_path / "file", "--no-browser")
    assert code == 2 and one_line(err) and "cannot be written" in err


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_lab_serves_and_ends_cleanly(tmp_path, number):
    # Jupyter looks for a free port, then takes it: two of them that start at once, as tests do, may find the same one.
    with socket.create_server(("localhost", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "nnbook.cli", "lab", "ws", "--no-browser", "--port", str(port)]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        address = None
        for line in process.stdout:
            if found := re.search(r"http://\S+", line):
                address = found[0]
                break
        assert address and "token=" in address, process.stderr.read()
        page = urllib.request.urlopen(address, timeout=30).read().decode()
        assert "JupyterLab" in page
        process.send_signal(number)
        _out, err = process.communicate(timeout=30)
        assert process.returncode == 0 and "Traceback" not in err
    finally:
        process.kill()
    with pytest.raises(OSError):
        urllib.request.urlopen(address, timeout=5)
    assert (tmp_path / "ws" / workspace.MANIFEST).exists()


def test_lab_says_when_jupyterlab_does_not_start(nnbook, tmp_path, monkeypatch):
    monkeypatch.setattr(workspace.sys, "executable", "/bin/false")
    code, _out, err = nnbook("lab", "ws", "--no-browser")
    assert code == 2 and one_line(err) and "ended with status 1" in err


def test_build_check_names_files_and_exits_1(nnbook, tmp_path, monkeypatch):
    from nnbook.course import build as builder

    monkeypatch.setattr(builder, "CHECKOUT", tmp_path)
    monkeypatch.setattr(builder, "in_checkout", lambda: True)
    code, out, err = nnbook("build", "--check")
    assert code == 1 and "exercises/02_layers.ipynb is missing" in err and "run `nnbook build`" in err and out == ""


def test_grade_hands_over_what_was_asked(nnbook, tmp_path, monkeypatch):
    import types

    calls = []

    def grade(submissions, out, *, console, **given):
        calls.append(given)
        out.mkdir()
        return types.SimpleNamespace(rows=[{"student": "a", "status": "passed"}, {"student": "b", "status": "rule"}])

    monkeypatch.setitem(sys.modules, "nnbook.grader", types.SimpleNamespace(grade=grade))
    (tmp_path / "class").mkdir()
    words = "grade class --out grades --jobs 2 --format csv,canvas --seed 5 --unsafe --lesson layers"
    code, out, err = nnbook(*words.split())
    assert code == 1 and "2 students, 2 answers: 1 passed, 1 rule" in out and err == ""
    assert calls == [
        {
            "jobs": 2,
            "resume": False,
            "formats": ("csv", "canvas"),
            "lessons": ("02_layers",),
            "seed": 5,
            "timeout": None,
            "device": "cpu",
            "unsafe": True,
        }
    ]
    code, _, err = nnbook("grade", "class", "--out", "grades", "--dask", "tcp://x:1")
    assert code == 2 and one_line(err) and "--dask" in err


def test_grade_grades_a_class(tmp_path):
    (tmp_path / "class").mkdir()
    notebook_file(tmp_path / "class" / "ada.ipynb", RIGHT)
    notebook_file(tmp_path / "class" / "bob.ipynb", MISTAKE.source)
    write(tmp_path / "class" / "eve.ipynb", "broken")
    done = shell("grade", "class", "--out", "grades", "--jobs", "2")
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    rows = (tmp_path / "grades" / "grades.csv").read_text().splitlines()
    assert rows[0] == "student,lesson,exercise,points,max_points,status,diagnosis" and len(rows) == 4
    assert {r.split(",")[0]: r.split(",")[5] for r in rows[1:]} == {"ada": "passed", "bob": "failed", "eve": "error"}


def test_grade_without_submissions_is_one_line(nnbook, tmp_path):
    for folder in ("nothing", write(tmp_path / "a.py", "")):
        code, _, err = nnbook("grade", folder, "--out", "grades")
        assert code == 2 and one_line(err)
    code, _, err = nnbook("grade", "x")
    assert code == 2 and one_line(err) and "--out" in err


def test_parity_prints_a_table_and_fails_on_a_difference(nnbook, monkeypatch):
    from nnbook.parity import samples, specs

    spec = specs.find("Linear")
    wrong = LINEAR.load(MISTAKE.source, MISTAKE.path)
    wrong.__module__ = "nnbook.nn.linear"  # where its lines would be counted

    def of(candidate):
        pair = comparison.Twins("Linear", candidate, spec.reference, "nn", spec)
        monkeypatch.setattr(comparison, "twins", lambda: {"Linear": pair})

    of(importlib.import_module("nnbook.nn").Linear)
    code, out, err = nnbook("parity")
    total = len(spec.cases) + samples.total("Linear")
    assert code == 0 and f"{total}/{total}" in out and "torch.nn.Linear" in out and err == ""
    code, out, _ = nnbook("parity", "Linear", "--json")
    (row,) = json.loads(out)
    assert row["component"] == "Linear" and row["passed"] == row["total"] == total and row["speed"] > 0
    assert row["lines"] == comparison.catalogue.lines_of(importlib.import_module("nnbook.nn").Linear)
    code, out, _ = nnbook("parity", "Linear", "--markdown")
    assert code == 0 and f"| Linear | torch.nn.Linear | {total}/{total} |" in out
    code, out, err = nnbook("parity", "Linaer")
    assert code == 2 and one_line(err) and "did you mean Linear" in err
    code, out, err = nnbook("parity", "DataParallel")
    assert code == 2 and one_line(err) and "not rebuilt" in err
    of(wrong)
    code, out, _ = nnbook("parity", "Linear")
    assert code == 1 and "DIFFERS" in out


def test_parity_without_torchs_samples_is_one_line(nnbook, monkeypatch):
    from nnbook.parity import samples

    def missing():
        raise samples.SamplesMissing("torch's own sample inputs need the package expecttest: pip install expecttest")

    monkeypatch.setattr(samples, "modules", missing)
    code, _, err = nnbook("parity", "Linear")
    assert code == 2 and one_line(err) and "pip install expecttest" in err


def test_doctor_examines_everything(nnbook):
    findings = list(health.examine())
    by_name = {f.what: f for f in findings}
    assert {
        "Python",
        "torch",
        "jupyterlab",
        "kernel python3",
        "CUDA",
        "fork",
        "isolation",
        "encodings",
        "progress",
    } <= set(by_name)
    assert not by_name["torch"].wrong and not by_name["progress"].wrong
    assert all(f.repair for f in findings if f.wrong)
    code, out, err = nnbook("doctor")
    assert code == (1 if any(f.wrong for f in findings) else 0) and "torch" in out and err == ""


def test_doctor_sees_what_is_too_old_or_missing(nnbook, monkeypatch):
    monkeypatch.setattr(health, "requirements", lambda: {"rich": "999", "no-such-package-here": "1.2"})
    code, out, _ = nnbook("doctor")
    assert code == 1 and "older than 999" in out and "pip install 'no-such-package-here>=1.2'" in out
    assert "Something is wrong with: rich, no-such-package-here" in out


def test_doctor_sees_a_home_that_cannot_be_written(nnbook, tmp_path, monkeypatch):
    write(tmp_path / "file", "")
    monkeypatch.setenv("NNBOOK_HOME", str(tmp_path / "file" / "home"))
    code, out, _ = nnbook("doctor")
    assert code == 1 and "NNBOOK_HOME" in out


@pytest.mark.parametrize(
    "a, b, below",
    [("2.9", "2.10", True), ("2.13.0+cpu", "2.9", False), ("4.2", "4.2.0", False), ("3.7.9", "3.8", True)],
)
def test_versions_are_compared_by_number(a, b, below):
    assert health.older(a, b) is below


# -- whatever happens --------------------------------------------------------------------------------------------------


WRONG_LINES = [
    "nonsense",
    "check",
    "check a.py --wrong",
    "check a.py --timeout -1",
    "lab --port x",
    "hint",
    "grade",
]


@pytest.mark.parametrize(
    "args", [line.split() for line in WRONG_LINES]
)  # fmt: skip
def test_a_wrong_command_line_is_one_line_and_exit_2(nnbook, args):
    code, out, err = nnbook(*args)
    assert code == 2 and one_line(err) and "--help" in err and out == ""


def test_a_bug_of_ours_is_one_line_that_says_how_to_see_more(nnbook, monkeypatch):
    from nnbook.cli import learn

    def explode(*a):
        raise ZeroDivisionError("a\nb")

    monkeypatch.setattr(learn, "progress", explode)
    code, _out, err = nnbook("progress")
    assert code == 2 and one_line(err) and "NNBOOK_DEBUG=1" in err
    monkeypatch.setenv("NNBOOK_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        nnbook("progress")


WITHOUT_TORCH = "import sys; sys.modules['torch'] = None; from nnbook.cli import run; sys.exit(run(sys.argv[1:]))"


def test_without_torch_every_command_says_so_in_one_line(tmp_path):
    path = write(tmp_path / "a.py", RIGHT)
    for args in (["check", path], ["parity"]):
        done = shell(*args, code=WITHOUT_TORCH)
        assert done.returncode == 2 and one_line(done.stderr) and "torch is not installed" in done.stderr
    done = shell("doctor", code=WITHOUT_TORCH)
    assert done.returncode == 1 and "pip install 'torch" in done.stdout and "Traceback" not in done.stderr
    assert shell("progress", code=WITHOUT_TORCH).returncode == 0
    assert shell("hint", "Linear", code=WITHOUT_TORCH).returncode == 0


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_console_without_utf8_gets_its_own_letters(encoding):
    env = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = shell("solution", "Linear", "--show-anyway", env=env)
    assert done.returncode == 0 and done.stderr == "" and "y = x W^T + b" in done.stdout
    for args in (["progress"], ["--help"], ["hint", "Linear"]):
        assert shell(*args, env=env).returncode == 0


def test_ascii_spellings():
    from nnbook.cli.console import prepare_streams

    prepare_streams()
    assert "3×4 · θ → ε² é 火".encode("ascii", "nnbook-ascii") == b"3x4 - theta -> epsilon^2 e ?"


def test_help_and_version_are_quick_and_load_no_torch():
    heavy = "{'torch', 'matplotlib', 'IPython'} & set(sys.modules)"
    code = f"import sys; from nnbook.cli import run; c = run(sys.argv[1:]); assert not {heavy}; sys.exit(c)"
    best = 9.0
    for _ in range(3):
        start = time.perf_counter()
        done = shell("--help", code=code)
        best = min(best, time.perf_counter() - start)
        assert done.returncode == 0, done.stderr
    assert best < 0.4
    assert all(
        f"  {name} " in done.stdout
        for name in ("lab", "check", "hint", "solution", "progress", "grade", "parity", "build", "doctor")
    )
    assert shell("--version", code=code).stdout.startswith("nnbook 0")


def test_a_reader_that_has_seen_enough_is_no_error():
    done = subprocess.run(
        f"{sys.executable} -m nnbook.cli solution Linear --show-anyway | head -1; echo ${{PIPESTATUS[0]}}",
        shell=True, executable="/bin/bash", capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr
