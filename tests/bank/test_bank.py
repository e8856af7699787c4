"""Every exercise keeps its promises: stubs are met politely, solutions pass, every mistake is caught and named."""

import ast

import pytest

from nnbook import bank
from nnbook.judge import judge_object, judge_source
from nnbook.parity import compare, observe

EXERCISES = bank.exercises()
NAMES = [e.name for e in EXERCISES]
MISTAKES = [(e.name, m.name) for e in EXERCISES for m in e.mistakes]


@pytest.mark.parametrize("name", NAMES)
def test_the_stub_is_met_politely(name):
    exercise = bank.find(name)
    report = judge_source(exercise, exercise.stub, seed=1)
    assert not report.passed
    if exercise.kind == "hunt":
        # a hunt hands out code that runs: it fails by its bug, which is one of the known mistakes
        assert report.status == "failed"
    else:
        assert report.status == "missing"
        assert "not written yet" in report.text()
    assert "Traceback" not in report.text()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [7, pytest.param(None, marks=pytest.mark.slow)])  # None: a fresh one, as in a notebook
def test_the_solution_passes(name, seed):
    exercise = bank.find(name)
    report = judge_source(exercise, exercise.solution, seed=seed)
    assert report.passed, report.text()
    assert report.points == exercise.points > 0


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_passes_in_the_notebook_too(name):
    exercise = bank.find(name)
    candidate = exercise.load(exercise.solution, exercise.folder / "solution.py")
    report = judge_object(exercise, candidate, exercise.solution)
    assert report.passed, report.text()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "mistake"), MISTAKES)
def test_every_mistake_is_caught_and_named(name, mistake, seeds):
    exercise = bank.find(name)
    source = next(m.source for m in exercise.mistakes if m.name == mistake)
    for seed in seeds:
        report = judge_source(exercise, source, seed=seed)
        assert report.status == "failed", f"seed {seed}: {report.text()}"
        assert report.diagnosis is not None, f"seed {seed}: {report.text()}"
        assert report.diagnosis.mistake == mistake, f"seed {seed}: {report.text()}"


@pytest.mark.parametrize("name", NAMES)
def test_mistakes_are_told_apart_in_words(name):
    titles = [m.title for m in bank.find(name).mistakes]
    assert len(set(titles)) == len(titles) >= 4
    for title in titles:
        assert not title.endswith("."), title


@pytest.mark.slow  # under other seeds than in tests/parity
@pytest.mark.parametrize("name", [e.name for e in EXERCISES if not (e.folder / "spec.py").exists()])
@pytest.mark.parametrize("seed", range(10, 16))
def test_torch_passes_its_own_spec(name, seed):
    spec = bank.find(name).spec
    results = compare(spec, observe(spec, spec.reference, seed), observe(spec, spec.reference, seed))
    assert [r.name for r in results if not r.passed] == []


@pytest.mark.parametrize("name", [e.name for e in EXERCISES if (e.folder / "spec.py").exists()])
def test_no_case_ends_early(name):
    spec = bank.find(name).spec
    seen = observe(spec, spec.reference, 2)
    assert {case.name: case.records["error"].extra for case in seen if "error" in case.records} == {}


@pytest.mark.parametrize("name", NAMES)
def test_the_folder_is_complete(name):
    exercise = bank.find(name)
    assert 1 <= exercise.level <= 5 and exercise.minutes > 0
    assert exercise.summary.endswith(".")
    assert len(exercise.prompt) > 80
    assert len(exercise.hints) == 3
    for source in (exercise.stub, exercise.solution):
        defined = {n.name for n in ast.parse(source).body if isinstance(n, (ast.ClassDef, ast.FunctionDef))}
        assert name in defined
    assert exercise.stub != exercise.solution


def test_every_folder_is_an_exercise():
    assert len(NAMES) >= 17
    folders = {p.name for p in bank.ROOT.glob("[0-9][0-9]_*/[!_.]*") if p.is_dir()}
    assert folders == set(NAMES)
