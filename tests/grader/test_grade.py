"""Grading a class: right rows for right and wrong answers, and nobody's broken notebook costs anybody else a row."""

import csv
import json
import os

import pytest

from nnbook import bank
from nnbook.grader import GradeError, collect, grade
from nnbook.grader.gradebook import COLUMNS, as_csv

LINEAR = bank.find("Linear")
RIGHT = LINEAR.solution
WRONG = next(m for m in LINEAR.mistakes if m.name == "bias_ignored")
HEAD = "import torch\nfrom torch import nn\n"
CLASS = (
    HEAD + "class Linear(nn.Module):\n    def __init__(self, i, o, bias=True):\n        super().__init__()\n        "
)


def notebook(*cells):
    content = [
        {"cell_type": "code", "metadata": {}, "source": c, "outputs": [], "execution_count": None} for c in cells
    ]
    return json.dumps({"cells": content, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def hand_in(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_ipynb", ".ipynb").replace("_py", ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8")
    return folder


def graded(tmp_path, folder, **options):
    summary = grade(folder, tmp_path / "out", jobs=2, timeout=options.pop("timeout", 5), **options)
    with open(tmp_path / "out" / "grades.csv", encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    assert [r["student"] for r in rows] == [r["student"] for r in summary.rows]
    return {(r["student"], r["exercise"]): r for r in rows}


@pytest.mark.slow
def test_a_class_with_every_kind_of_submission(tmp_path):
    folder = hand_in(
        tmp_path / "class",
        ada_ipynb=notebook("%matplotlib inline\nprint('hello')", RIGHT, "layer = Linear(2, 1)\nlayer(torch.ones(2))"),
        bob_py=WRONG.source,
        cyd_ipynb="this is no notebook",
        dan__02_layers_ipynb=notebook("import torch\n", CLASS + "while True: pass\n"),
        eva__work_py=CLASS + "import os; os._exit(0)\n",
        fay_py="def Linear(:\n    pass\n",
        gil_py=LINEAR.stub,
        hal_py="x = 1\n",
        ida_py=CLASS + "self.x = torch.zeros(10**11)\n",
        jan_py=CLASS + "raise SystemExit\n",
        kim_py=b"\xff\xfe\x00broken",
        lea_py=CLASS + "1 / 0\n",
        max__empty_txt="nothing here",
    )
    rows = graded(tmp_path, folder)
    status = {student: r["status"] for (student, _), r in rows.items()}
    assert status == {
        "ada": "passed", "bob": "failed", "cyd": "error", "dan": "timeout", "eva": "rule", "fay": "error",
        "gil": "missing", "hal": "missing", "ida": "memory", "jan": "error", "kim": "error", "lea": "failed",
        "max": "missing",
    }  # fmt: skip
    assert rows["ada", "Linear"]["points"] == rows["ada", "Linear"]["max_points"] == str(LINEAR.points)
    assert rows["bob", "Linear"]["diagnosis"] == "bias_ignored"
    assert all(r["points"] == "0" for (s, _), r in rows.items() if s != "ada")
    pages = {p.stem: p.read_text(encoding="utf-8") for p in (tmp_path / "out" / "feedback").glob("*.html")}
    assert set(pages) == set(status)
    assert "never adds its bias" in pages["bob"]
    assert "syntax error on line 1" in pages["fay"]
    assert "loop that never ends" in pages["dan"]
    assert "Traceback" not in "".join(pages.values())


def test_an_answer_that_would_kill_its_process_is_not_even_run(tmp_path):
    folder = hand_in(tmp_path / "class", ada_py=RIGHT, bob_py=CLASS + "torch._C._crash_if_aten_asan(3)\n", cyd_py=RIGHT)
    rows = graded(tmp_path, folder)
    assert [r["status"] for r in rows.values()] == ["passed", "rule", "passed"]


def test_the_output_folder_is_no_student(tmp_path):
    folder = hand_in(tmp_path / "class", ada_py=RIGHT)
    for _ in range(2):
        summary = grade(folder, folder / "grades", jobs=1)
        assert [r["student"] for r in summary.rows] == ["ada"]


def test_resume_grades_only_what_changed(tmp_path):
    folder = hand_in(tmp_path / "class", ada_py=RIGHT, bob_py=WRONG.source)
    graded(tmp_path, folder)
    hand_in(folder, bob_py=RIGHT)
    summary = grade(folder, tmp_path / "out", jobs=1, resume=True)
    assert summary.resumed == 1
    assert [r["status"] for r in summary.rows] == ["passed", "passed"]


def test_nothing_is_lost_when_results_are_damaged(tmp_path):
    folder = hand_in(tmp_path / "class", ada_py=RIGHT)
    graded(tmp_path, folder)
    (tmp_path / "out" / "results" / "ada.json").write_text("{broken")
    summary = grade(folder, tmp_path / "out", jobs=1, resume=True)
    assert summary.resumed == 0 and summary.rows[0]["status"] == "passed"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "holds no submissions"),
        ({"notes_txt": "x"}, "holds no submissions"),
        ({"ada_py": "x = 1", "ada_ipynb": notebook("x = 1")}, "two students are named ada"),
        ({"ada_py": "x = 1", "Ada__a_py": "x = 1"}, "two students are named"),
        ({"ada_py": "x = 1"}, "no file defines an exercise"),
    ],
)
def test_a_class_that_cannot_be_graded_is_told_in_one_line(tmp_path, files, said):
    folder = tmp_path / "class"
    folder.mkdir()
    hand_in(folder, **files)
    with pytest.raises(GradeError, match=said) as caught:
        grade(folder, tmp_path / "out")
    assert "\n" not in str(caught.value)


def test_no_such_folder_and_unknown_format(tmp_path):
    with pytest.raises(GradeError, match="no such folder"):
        collect(tmp_path / "nowhere")
    with pytest.raises(GradeError, match="is a file"):
        collect(hand_in(tmp_path, a_py="x") / "a.py")
    with pytest.raises(GradeError, match="unknown format"):
        grade(tmp_path, tmp_path / "out", formats=("pdf",))


@pytest.mark.skipif(os.name == "nt", reason="permissions are another thing on Windows")
def test_an_output_folder_that_cannot_be_written(tmp_path):
    folder = hand_in(tmp_path / "class", ada_py=RIGHT)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(GradeError, match="cannot be written"):
        grade(folder, tmp_path / "file" / "out")


def test_names_reach_the_spreadsheet_as_text():
    row = dict.fromkeys(COLUMNS, "") | {"student": "=cmd()"}
    assert "'=cmd()" in as_csv([row])
