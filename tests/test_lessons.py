"""What every lesson promises: its parts in order, short cells, links that lead somewhere, no name before its time."""

import ast
import re

import nbformat
import pytest

from nnbook import course

LESSONS = course.lessons()
ROOTS = ("nn", "F", "optim", "scratch", "scratch_optim", "functional", "torch.nn", "torch.optim")
MODULES = ("functional", "init", "utils", "lr_scheduler")


def cells(lesson, kind):
    notebook = nbformat.read(lesson.notebook, as_version=4)
    return [c for c in notebook.cells if c.cell_type == kind]


HOMES = ("torch.nn", "torch.optim", "nnbook.nn", "nnbook.optim")


def names_used(source):
    """What stands after nn. or optim. in a cell, as in nn.functional.relu, and what is imported from there."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            whole = ast.unparse(node)
            root = next((r for r in ROOTS if whole.startswith(r + ".")), None)
            if root is not None and re.fullmatch(r"[\w.]+", whole):
                first, *rest = whole.removeprefix(root + ".").split(".")
                yield rest[0] if first in MODULES and rest else first
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(HOMES):
            yield from (alias.name for alias in node.names)


def test_every_lesson_of_the_catalogue_is_written_and_no_other():
    found = {path.stem for path in LESSONS[0].notebook.parent.glob("*.ipynb")}
    assert found == {l.id for l in LESSONS}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda l: l.id)
def test_a_lesson_was_run_from_top_to_bottom(lesson):
    code = cells(lesson, "code")
    assert [c.execution_count for c in code] == list(range(1, len(code) + 1))
    assert [o for c in code for o in c.outputs if o.output_type == "error" or o.get("name") == "stderr"] == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda l: l.id)
def test_every_picture_has_its_words(lesson):
    shown = [o for c in cells(lesson, "code") for o in c.outputs if "image/png" in o.get("data", {})]
    assert len(shown) >= 2, "a picture and an explorer"
    for output in shown:
        alt = output.metadata["image/png"]["alt"]
        assert alt == output.data["text/plain"] and len(alt) > 60


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda l: l.id)
def test_a_lesson_leads_to_each_of_its_exercises_and_to_the_next_lesson(lesson):
    prose = "\n".join(c.source for c in cells(lesson, "markdown"))
    assert [e.name for e in lesson.exercises if f"`{e.name}`" not in prose] == []
    following = [l.id for l in LESSONS[LESSONS.index(lesson) + 1 :][:1]]
    assert all(f"]({id}.ipynb)" in prose for id in following)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda l: l.id)
def test_a_lesson_uses_no_name_before_it_is_introduced(lesson):
    order = [l.id for l in course.lessons()]
    known = {name for l in course.lessons() if order.index(l.id) <= order.index(lesson.id) for name in l.introduces}
    used = {name for c in cells(lesson, "code") for name in names_used(c.source)}
    assert used - known - set(MODULES) == set()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda l: l.id)
def test_what_a_lesson_introduces_it_uses(lesson):
    text = "\n".join(c.source for kind in ("code", "markdown") for c in cells(lesson, kind))
    assert [name for name in lesson.introduces if not re.search(rf"\b{name}\b", text)] == []


def test_a_name_is_introduced_once():
    names = [name for l in course.lessons() for name in l.introduces]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda l: l.id)
def test_cells_are_short(lesson):
    assert [c.source for c in cells(lesson, "code") if len(c.source.splitlines()) > 25] == []
    # formulas are not counted as words
    prose = [re.sub(r"\$\$.*?\$\$", "", c.source, flags=re.S) for c in cells(lesson, "markdown")]
    assert [text for text in prose if len(text.split()) > 110] == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda l: l.id)
def test_a_lesson_asks_before_it_tells_and_ends_with_its_exercises(lesson):
    prose = [c.source for c in cells(lesson, "markdown")]
    assert sum("**Predict" in text for text in prose) >= 2
    code = "\n".join(c.source for c in cells(lesson, "code"))
    assert "show.parity(" in code, "nnbook's components stand beside torch's"
    assert re.search(r"show\.(explore|explorer)\w*\(", code), "there is something to play with"
    end = "\n".join(prose[-4:])
    if lesson.exercises:
        assert f"../exercises/{lesson.id}.ipynb" in end
    assert "Recap" in end or "recap" in end


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda l: l.id)
def test_links_between_notebooks_lead_somewhere(lesson):
    for cell in cells(lesson, "markdown"):
        for target in re.findall(r"\]\(([^)#]+\.ipynb)", cell.source):
            assert (lesson.notebook.parent / target).resolve().is_file(), target
