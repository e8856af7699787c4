"""The wheel alone, in an empty environment and an empty folder: lab, check and grade work there."""

import csv
import json
import subprocess
import urllib.request

import pytest

from nnbook import bank

pytestmark = pytest.mark.slow


def nnbook(wheel_environment, *arguments, folder):
    return subprocess.run(
        [wheel_environment / "nnbook", *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=120
    )


def test_it_is_the_wheel_that_runs(wheel_environment, empty_folder):
    ask = "import nnbook, nnbook.course; print(nnbook.__file__)"
    got = subprocess.run(
        [wheel_environment / "python", "-c", ask], cwd=empty_folder, capture_output=True, text=True, check=True
    )
    assert str(wheel_environment.parent) in got.stdout


def test_check_in_an_empty_folder(wheel_environment, empty_folder):
    linear = bank.find("Linear")
    (empty_folder / "right.py").write_text(linear.solution)
    (empty_folder / "wrong.py").write_text(linear.mistakes[0].source)
    got = nnbook(wheel_environment, "check", "right.py", "wrong.py", "--json", folder=empty_folder)
    assert got.returncode == 1, got.stderr
    right, wrong = json.loads(got.stdout)
    assert right["passed"] and right["points"] == linear.points
    assert wrong["diagnosis"]["mistake"] == linear.mistakes[0].name


def test_grade_in_an_empty_folder(wheel_environment, empty_folder):
    (empty_folder / "class").mkdir()
    (empty_folder / "class" / "ada.py").write_text(bank.find("Linear").solution)
    got = nnbook(wheel_environment, "grade", "class", "--out", "out", folder=empty_folder)
    assert got.returncode in (0, 1), got.stderr
    with open(empty_folder / "out" / "grades.csv", newline="") as f:
        assert [r["status"] for r in csv.DictReader(f)] == ["passed"]
    assert (empty_folder / "out" / "feedback" / "ada.html").exists()


def test_lab_in_an_empty_folder(wheel_environment, start_lab, empty_folder):
    lab = start_lab([str(wheel_environment / "nnbook")])
    base, token = lab.url
    api = base.removesuffix("/lab") + f"/api/contents/notebooks?token={token}"
    with urllib.request.urlopen(api, timeout=20) as answer:
        names = {entry["name"] for entry in json.load(answer)["content"]}
    assert {"00_start_here.ipynb", "01_modules.ipynb", "09_training.ipynb"} <= names
    assert (empty_folder / "nnbook-workspace" / "exercises" / "02_layers.ipynb").exists()
