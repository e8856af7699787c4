"""The catalogue, a learner's workspace and progress, and the building of notebooks."""

import datetime
import json
import os
import re

import nbformat
import pytest

from nnbook import bank, course
from nnbook.course import build as builder
from nnbook.course import catalogue, files, workspace
from nnbook.course import progress as progress_module
from nnbook.course.build import build, notebook, to_bytes
from nnbook.course.progress import Progress, Record, view
from nnbook.course.workspace import MANIFEST, find_workspace, fingerprint, update_workspace
from nnbook.judge import Report
from nnbook.parity import CaseResult

FIRST = bank.exercises()[0]


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("NNBOOK_HOME", str(tmp_path / "home"))


# -- catalogue ---------------------------------------------------------------------------------------------------------


def test_the_catalogue_lists_the_twelve_lessons_in_order():
    found = course.lessons()
    assert [l.number for l in found] == [f"{n:02}" for n in range(12)]
    assert all(l.title and l.question.endswith("?") and 0 < l.minutes <= 20 for l in found)


def test_every_lesson_of_the_bank_stands_in_the_catalogue():
    assert set(bank.lessons()) <= {l.id for l in course.lessons()}
    lesson = course.find_lesson(FIRST.lesson)
    assert [e.name for e in lesson.exercises] == [e.name for e in bank.exercises(FIRST.lesson)]


@pytest.mark.parametrize("text", ["02_layers", "02", "2", "layers", "02_layers.ipynb"])
def test_a_lesson_is_found_by_id_number_or_name(text):
    assert course.find_lesson(text).id == "02_layers"


def test_an_unknown_lesson_names_the_nearest():
    with pytest.raises(course.CourseError, match="02_layers"):
        course.find_lesson("02_layer")


def test_a_lesson_is_there_when_its_file_is(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "content_root", lambda: tmp_path)
    lesson = course.find_lesson("01_modules")
    assert not lesson.is_there
    lesson.notebook.parent.mkdir()
    lesson.notebook.write_text("{}")
    assert lesson.is_there


def test_content_of_a_wheel_is_found_before_the_repository(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "_HERE", tmp_path)
    (tmp_path / "content").mkdir()
    assert course.content_root() == tmp_path / "content"


def test_an_installation_without_notebooks_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "_HERE", tmp_path)
    monkeypatch.setattr(catalogue, "CHECKOUT", tmp_path)
    with pytest.raises(course.CourseError, match="install nnbook again"):
        course.content_root()


# -- workspace ---------------------------------------------------------------------------------------------------------


def nb(*sources, outputs=()):
    cells = [
        {
            "cell_type": "code",
            "id": f"c{i}",
            "metadata": {},
            "source": s,
            "outputs": list(outputs),
            "execution_count": None,
        }
        for i, s in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def source(tmp_path):
    root = tmp_path / "source"
    for folder in ("notebooks", "exercises", "solutions", "notebooks/.ipynb_checkpoints"):
        (root / folder).mkdir(parents=True)
    (root / "notebooks/00_start_here.ipynb").write_text(nb("1 + 1"))
    (root / "notebooks/.ipynb_checkpoints/00_start_here.ipynb").write_text(nb("old"))
    (root / "notebooks/picture.svg").write_text("<svg/>")
    (root / "exercises/02_layers.ipynb").write_text(nb("stub"))
    (root / "solutions/02_layers.ipynb").write_text(nb("answer"))
    return root


DAY = datetime.date(2031, 4, 5)
EXERCISE = "exercises/02_layers.ipynb"


def contents(root):
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())


def test_a_new_workspace_holds_lessons_and_exercises_but_no_solutions(source, tmp_path):
    update = update_workspace(tmp_path / "ws", source=source)
    assert contents(tmp_path / "ws") == [
        MANIFEST, EXERCISE, "notebooks/00_start_here.ipynb", "notebooks/picture.svg",
    ]  # fmt: skip
    assert len(update.copied) == 3
    again = update_workspace(tmp_path / "ws", source=source)
    assert not (again.copied or again.replaced or again.kept) and len(again.unchanged) == 3


def test_an_untouched_file_is_replaced_by_a_newer_one(source, tmp_path):
    ws = tmp_path / "ws"
    update_workspace(ws, source=source)
    (source / EXERCISE).write_text(nb("new stub"))
    assert update_workspace(ws, source=source).replaced == [EXERCISE]
    assert "new stub" in (ws / EXERCISE).read_text()


def test_a_notebook_that_was_only_run_counts_as_untouched(source, tmp_path):
    ws = tmp_path / "ws"
    update_workspace(ws, source=source)
    ran = nb("stub", "", outputs=[{"output_type": "stream", "name": "stdout", "text": "hello"}])
    (ws / EXERCISE).write_text(ran)
    (source / EXERCISE).write_text(nb("new stub"))
    assert update_workspace(ws, source=source).replaced == [EXERCISE]


def test_an_edited_notebook_is_never_overwritten(source, tmp_path):
    ws = tmp_path / "ws"
    update_workspace(ws, source=source)
    (ws / EXERCISE).write_text(nb("my answer"))
    assert not update_workspace(ws, source=source, today=DAY).beside, "nothing new was shipped, so nothing is offered"

    (source / EXERCISE).write_text(nb("new stub"))
    update = update_workspace(ws, source=source, today=DAY)
    beside = "exercises/02_layers.new-2031-04-05.ipynb"
    assert update.kept == [EXERCISE] and update.beside == {EXERCISE: beside}
    assert "my answer" in (ws / EXERCISE).read_text() and "new stub" in (ws / beside).read_text()

    for _ in range(2):
        assert not update_workspace(ws, source=source, today=DAY + datetime.timedelta(1)).beside, "offered only once"
    assert len(list((ws / "exercises").iterdir())) == 2


def test_offered_copies_do_not_pile_up_but_an_edited_one_stays(source, tmp_path):
    ws = tmp_path / "ws"
    update_workspace(ws, source=source)
    (ws / EXERCISE).write_text(nb("my answer"))
    for day, text in enumerate(("second", "third")):
        (source / EXERCISE).write_text(nb(text))
        update_workspace(ws, source=source, today=DAY + datetime.timedelta(day))
    names = [p.name for p in sorted((ws / "exercises").iterdir())]
    assert names == ["02_layers.ipynb", "02_layers.new-2031-04-06.ipynb"]

    (ws / "exercises" / names[1]).write_text(nb("worked on here too"))
    (source / EXERCISE).write_text(nb("fourth"))
    update_workspace(ws, source=source, today=DAY + datetime.timedelta(1))
    names = [p.name for p in sorted((ws / "exercises").iterdir())]
    assert names == ["02_layers.ipynb", "02_layers.new-2031-04-06-2.ipynb", "02_layers.new-2031-04-06.ipynb"]
    assert "worked on" in (ws / "exercises/02_layers.new-2031-04-06.ipynb").read_text()


def test_a_deleted_notebook_comes_back_clean(source, tmp_path):
    ws = tmp_path / "ws"
    update_workspace(ws, source=source)
    (ws / EXERCISE).write_text(nb("my answer"))
    (ws / EXERCISE).unlink()
    assert update_workspace(ws, source=source).copied == [EXERCISE]


@pytest.mark.parametrize("damage", ["{", "[]", '{"files": 3, "beside": {}}', "\x00"])
def test_with_a_damaged_manifest_everything_that_differs_counts_as_edited(source, tmp_path, damage):
    ws = tmp_path / "ws"
    update_workspace(ws, source=source)
    (ws / EXERCISE).write_text(nb("my answer"))
    (ws / MANIFEST).write_text(damage)
    update = update_workspace(ws, source=source, today=DAY)
    assert update.kept == [EXERCISE] and len(update.notices) == 1
    assert "my answer" in (ws / EXERCISE).read_text()


def test_the_repository_itself_can_be_the_workspace(source):
    before = contents(source)
    update_workspace(source, source=source)
    assert contents(source) == before


def test_an_unwritable_workspace_is_one_clear_line(source, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(course.CourseError, match="cannot be written") as info:
        update_workspace(tmp_path / "file" / "ws", source=source)
    assert "\n" not in str(info.value)

    update_workspace(tmp_path / "ws", source=source)

    def refuse(*a, **k):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files.tempfile, "mkstemp", refuse)
    with pytest.raises(course.CourseError, match=r"ws cannot be written \(permission denied\).*name another"):
        update_workspace(tmp_path / "ws", source=source)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_one_clear_line(source, tmp_path):
    (tmp_path / "ws").mkdir(mode=0o555)
    with pytest.raises(course.CourseError, match="permission denied"):
        update_workspace(tmp_path / "ws", source=source)


def test_the_workspace_is_found_from_inside_it(source, tmp_path):
    update_workspace(tmp_path / "ws", source=source)
    assert find_workspace(tmp_path / "ws" / "exercises") == tmp_path / "ws"
    assert find_workspace(tmp_path) is None


def test_a_fingerprint_sees_texts_kinds_and_attachments_only():
    base = fingerprint(nb("a", "b").encode(), ".ipynb")
    assert base == fingerprint(nb("a", "b", "", outputs=[{"x": 1}]).encode(), ".ipynb")
    assert base != fingerprint(nb("a", "c").encode(), ".ipynb")
    assert base != fingerprint(nb("b", "a").encode(), ".ipynb")
    assert base != fingerprint(nb("a", "b").replace("code", "raw", 1).encode(), ".ipynb")
    assert fingerprint(b"broken", ".ipynb") != fingerprint(b"broken too", ".ipynb")


def test_a_write_that_fails_leaves_the_old_file_and_no_rubbish(tmp_path, monkeypatch):
    path = tmp_path / "x.json"
    files.write_atomically(path, b"old")

    def fail(*a):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", fail)
    with pytest.raises(OSError):
        files.write_atomically(path, b"new")
    assert path.read_bytes() == b"old" and contents(tmp_path) == ["x.json"]


# -- progress ----------------------------------------------------------------------------------------------------------


def report(name=FIRST.name, passed=True, points=FIRST.points):
    return Report(name, "passed" if passed else "failed", points, [CaseResult("a case", passed)])


def test_the_best_result_is_kept(tmp_path):
    store = Progress()
    store.record_check(report(passed=False), "x = 1")
    assert (store[FIRST.name].passed, store[FIRST.name].checks) == (False, 1)
    store.record_check(report(), "x = 2")
    store.record_check(report(passed=False), "x = 3")
    again = Progress()
    record = again[FIRST.name]
    assert (record.passed, record.points, record.checks, record.status) == (True, FIRST.points, 3, "failed")
    assert re.fullmatch("[0-9a-f]{64}", record.source)


def test_two_writers_keep_each_others_records():
    a, b = Progress(), Progress()
    a.record_check(report("One"), None)
    b.record_check(report("Two"), None)
    assert set(Progress().records) == {"One", "Two"}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"exercises": {"X": {"checks": "many"}}}', '{"exercises": {"X": 1}}', "\udcff"]
)
def test_a_damaged_file_is_moved_aside_and_said_once(tmp_path, text):
    home = tmp_path / "home"
    home.mkdir()
    data = text.encode("utf-8", "surrogateescape")
    (home / "progress.json").write_bytes(data)
    store = Progress()
    assert store.records == {} and len(store.notices) == 1 and "damaged" in store.notices[0]
    assert (home / "progress.damaged.json").read_bytes() == data
    store.record_check(report(), None)
    assert Progress()[FIRST.name].passed and Progress().notices == []


def test_progress_that_cannot_be_written_costs_one_line_and_no_check(tmp_path):
    (tmp_path / "file").write_text("")
    store = Progress(tmp_path / "file" / "home")
    store.record_check(report(), None)
    store.record_check(report(), None)
    assert len(store.notices) <= 2 and any("cannot be" in n for n in store.notices)


def test_where_progress_lies(tmp_path, monkeypatch, source):
    assert progress_module.home() == tmp_path / "home"
    monkeypatch.delenv("NNBOOK_HOME")
    update_workspace(tmp_path / "ws", source=source)
    monkeypatch.chdir(tmp_path / "ws" / "notebooks")
    assert progress_module.home() == tmp_path / "ws" / ".nnbook"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert "nnbook" in str(progress_module.home())


def test_a_lessons_table_does_not_depend_on_what_else_was_done():
    for exercise in bank.exercises(FIRST.lesson):
        Progress().record_check(report(exercise.name, points=exercise.points), None)
    once = view(Progress(), FIRST.lesson)
    Progress().record_check(report("Elsewhere"), None)
    Progress().record_check(report(passed=False), None)
    Progress().record_hint(FIRST.name, 2, 3)
    again = view(Progress(), FIRST.lesson)
    assert once.text() == again.text() and once._repr_html_() == again._repr_html_()
    assert once.closing == "Everything here is done." and once.points == once.max_points > 0


def test_the_table_of_all_lessons_says_what_comes_next():
    before = view(Progress())
    assert before.points == 0 and FIRST.name in before.closing and FIRST.lesson in before.text()
    assert before.max_points == sum(e.points for e in bank.exercises())
    assert before.to_json()["next"] == before.following


def test_a_lesson_without_exercises_says_so(monkeypatch):
    monkeypatch.setattr(bank, "lessons", list)
    assert view(Progress(), "11").closing == "There are no exercises here."


def test_points_recorded_are_never_more_than_the_exercise_has():
    store = Progress()
    store.records[FIRST.name] = Record(passed=True, points=10**6)
    line = next(l for l in view(store, FIRST.lesson).lines if l.name == FIRST.name)
    assert line.points == FIRST.points


# -- build -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def runs(monkeypatch):
    """Stands in for executing: every code cell gets a number and an output. The real thing is tested below."""
    done = []

    def execute(nb, label):
        done.append(label)
        nb = json.loads(json.dumps(nb))
        for i, cell in enumerate(c for c in nb["cells"] if c["cell_type"] == "code"):
            cell["execution_count"] = i + 1
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["ran\n"]}]
        return nb

    monkeypatch.setattr(builder, "execute", execute)
    return done


@pytest.mark.parametrize("lesson", bank.lessons())
@pytest.mark.parametrize("solved", [False, True])
def test_a_built_notebook_is_valid_and_whole(lesson, solved):
    made = notebook(lesson, solved=solved)
    nbformat.validate(nbformat.reads(to_bytes(made).decode(), as_version=4))
    ids = [c["id"] for c in made["cells"]]
    assert len(ids) == len(set(ids))
    texts = ["".join(c["source"]) for c in made["cells"]]
    for exercise in bank.exercises(lesson):
        assert f"check({exercise.name})" in texts
        assert (f"# hint({exercise.name})" in texts) is not solved
        assert (exercise.solution if solved else exercise.stub).strip() in texts
    assert f"nnbook/bank/{lesson}" in texts[0] and made["metadata"]["nnbook"]["built_from"] == f"nnbook/bank/{lesson}"
    assert texts[1].startswith("import torch\nfrom torch import nn\n")
    if not solved:
        assert not any("BEGIN SOLUTION" in t for t in texts)


def test_building_twice_gives_the_same_bytes_and_runs_nothing_again(tmp_path, runs):
    first = build(tmp_path)
    made = {name: (tmp_path / name).read_bytes() for name in contents(tmp_path) if name.endswith(".ipynb")}
    assert sorted(first.written) == sorted(made) and len(made) == 2 * len(bank.lessons())
    runs.clear()
    second = build(tmp_path)
    assert not second.written and not runs and not second.problems
    build(tmp_path, force=True)
    assert len(runs) == len(bank.lessons())
    assert made == {name: (tmp_path / name).read_bytes() for name in made}
    assert build(tmp_path, check=True).problems == []


def test_check_names_each_file_that_differs_is_missing_or_is_extra(tmp_path, runs):
    build(tmp_path)
    lesson = bank.lessons()[0]
    exercise, solution = tmp_path / f"exercises/{lesson}.ipynb", tmp_path / f"solutions/{lesson}.ipynb"
    exercise.write_bytes(exercise.read_bytes().replace(b"check(", b"chek(", 1))
    solution.unlink()
    (tmp_path / "exercises/99_extra.ipynb").write_text("{}")
    runs.clear()
    problems = build(tmp_path, check=True).problems
    assert [p.split(" ")[0] for p in problems] == [
        f"exercises/{lesson}.ipynb", f"solutions/{lesson}.ipynb", "exercises/99_extra.ipynb",
    ]  # fmt: skip
    assert "is missing" in problems[1] and not runs
    assert not solution.exists(), "a check writes nothing"


@pytest.mark.parametrize(
    "change, said",
    [
        (lambda nb: nb["cells"][3].update(source=["pass"]), "differs from the bank, first in cell"),
        (lambda nb: nb["cells"][1].update(execution_count=None), "was not run"),
        (lambda nb: nb["cells"][1].update(outputs=[{"output_type": "error"}]), "holds an error"),
        (lambda nb: nb["cells"].append({"cell_type": "markdown", "id": "more", "source": []}), "too many"),
        (lambda nb: nb["metadata"].update(language_info={"name": "python", "version": "3.1"}), "layout"),
    ],
)  # fmt: skip
def test_check_sees_what_is_wrong_with_a_solution(tmp_path, runs, change, said):
    build(tmp_path)
    path = tmp_path / f"solutions/{bank.lessons()[0]}.ipynb"
    made = json.loads(path.read_text())
    change(made)
    path.write_bytes(to_bytes(made))
    problems = build(tmp_path, check=True).problems
    assert len(problems) == 1 and said in problems[0]
    build(tmp_path)
    assert build(tmp_path, check=True).problems == []


def test_check_with_run_compares_outputs_too(tmp_path, runs):
    build(tmp_path)
    path = tmp_path / f"solutions/{bank.lessons()[0]}.ipynb"
    path.write_bytes(path.read_bytes().replace(b"ran", b"walked", 1))
    assert build(tmp_path, check=True).problems == []
    assert len(build(tmp_path, check=True, run=True).problems) == 1


def test_a_stale_built_notebook_is_removed_but_a_strangers_is_not(tmp_path, runs):
    (tmp_path / "exercises").mkdir()
    old = {
        "cells": [],
        "metadata": {"nnbook": {"built_from": "nnbook/bank/98_old"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (tmp_path / "exercises/98_old.ipynb").write_bytes(to_bytes(old))
    (tmp_path / "exercises/mine.ipynb").write_text("{}")
    built = build(tmp_path)
    assert built.removed == ["exercises/98_old.ipynb"] and (tmp_path / "exercises/mine.ipynb").exists()
    assert any("exercises/mine.ipynb" in p for p in built.problems)


def test_build_from_a_wheel_is_refused(monkeypatch):
    monkeypatch.setattr(builder, "in_checkout", lambda: False)
    with pytest.raises(course.CourseError, match="clone of the repository"):
        build()


@pytest.mark.slow
def test_a_solved_notebook_runs_to_the_same_bytes_and_a_wrong_one_is_refused():
    made = notebook(FIRST.lesson, solved=True, exercises=[FIRST])
    first, second = (to_bytes(builder.execute(made, "twice")) for _ in range(2))
    assert first == second
    assert b"cases pass" in first and str(workspace.Path.home()).encode() not in first
    stub = notebook(FIRST.lesson, solved=False, exercises=[FIRST])
    with pytest.raises(course.CourseError, match=f"{FIRST.name} does not pass its check"):
        builder.execute(stub, "a stub")


@pytest.mark.slow
def test_lessons_are_run_again_and_keep_their_new_outputs(tmp_path):
    from nnbook.course import build as builder

    (tmp_path / "notebooks").mkdir()
    path = tmp_path / "notebooks" / "00_a.ipynb"
    cell = {"cell_type": "code", "execution_count": 1, "id": "a", "metadata": {}, "outputs": [], "source": ["1 + 1"]}
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    nb = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_bytes(builder.to_bytes(nb))
    assert builder.run_lessons(tmp_path).written == ["notebooks/00_a.ipynb"]
    assert '"2"' in path.read_text()
    assert builder.run_lessons(tmp_path).unchanged == ["notebooks/00_a.ipynb"]
    good = path.read_bytes()
    path.write_bytes(good.replace(b"1 + 1", b"1 / 0"))
    assert "ZeroDivisionError" in builder.run_lessons(tmp_path).problems[0]
