"""check, hint and progress as a notebook meets them: in a live IPython shell, and in plain Python."""

import io
import re
import subprocess
import sys
import types

import pytest

from nnbook import bank, notebook
from nnbook.course.progress import Progress
from nnbook.notebook import check, hint, progress

LINEAR = bank.find("Linear")
RIGHT = LINEAR.solution
WRONG = LINEAR.mistakes[0].source


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("NNBOOK_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(notebook, "_STEPS", {})


class Cells:
    """Runs cells in an IPython shell and says what each one showed."""

    def __init__(self, shell):
        self.shell = shell

    def __call__(self, source):
        from IPython.utils.capture import capture_output

        with capture_output() as shown:
            result = self.shell.run_cell(source, store_history=True)
        self.error = result.error_before_exec or result.error_in_exec
        self.stdout, self.stderr = shown.stdout, shown.stderr
        return [o.data for o in shown.outputs]


@pytest.fixture
def cell():
    from IPython.core.interactiveshell import InteractiveShell

    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(colors="nocolor")
    shell.history_manager.enabled = False
    main = sys.modules["__main__"]
    yield Cells(shell)
    InteractiveShell.clear_instance()
    sys.modules["__main__"] = main


START = "import torch\nfrom torch import nn\nfrom nnbook import check, hint, progress"


def test_a_right_answer_passes_and_is_recorded(cell):
    cell(START)
    cell(RIGHT)
    (shown,) = cell("check(Linear)")
    assert shown["text/plain"].startswith("Linear: all ") and "PASS" in shown["text/html"]
    assert Progress()["Linear"].passed and Progress()["Linear"].source


def test_a_wrong_answer_is_told_and_named_and_raises_nothing(cell):
    cell(START)
    cell(WRONG)
    (shown,) = cell("report = check('Linear')")
    assert cell.error is None and "FAILS" in shown["text/plain"]
    report = cell.shell.user_ns["report"]
    assert not report.passed and report.diagnosis.mistake == LINEAR.mistakes[0].name
    assert Progress()["Linear"].checks == 1 and not Progress()["Linear"].passed


@pytest.mark.parametrize(
    "source", ["check(Linear)", "r = check(Linear)", "check(Linear)\nNone", "r = check(Linear)\nr"]
)
def test_a_report_is_shown_once_wherever_it_stands_in_the_cell(cell, source):
    cell(START)
    cell(RIGHT)
    # a terminal shell prints its bare "Out[3]: " before it asks the value to show itself; a kernel prints nothing
    assert len(cell(source)) == 1 and re.fullmatch(r"(Out\[\d+\]: )?", cell.stdout)


def test_in_a_later_cell_a_report_is_shown_like_any_value(cell):
    cell(START)
    cell(RIGHT)
    cell("r = check(Linear)")
    (shown,) = cell("r")
    assert set(shown) == {"text/plain", "text/html"}


def test_only_the_newest_definition_counts(cell):
    cell(START)
    cell(RIGHT.replace("x @ self.weight.T", "nn.functional.linear(x, self.weight)"))
    assert cell("check(Linear)")[0]["text/plain"].startswith("Linear: not run")
    cell(RIGHT)
    assert "cases pass" in cell("check(Linear)")[0]["text/plain"]


def test_a_patch_of_an_older_definition_is_forgotten_and_of_the_newest_is_not(cell):
    cell(START)
    cell(RIGHT)
    cell("Linear.forward = lambda self, x: nn.functional.linear(x, self.weight, self.bias)")
    assert cell("check(Linear)")[0]["text/plain"].startswith("Linear: not run")
    cell(RIGHT)
    assert "all" in cell("check(Linear)")[0]["text/plain"]


def test_a_helper_in_another_cell_is_part_of_the_answer(cell):
    cell(START)
    cell("def product(x, w):\n    return nn.functional.linear(x, w)")
    cell(RIGHT.replace("x @ self.weight.T", "product(x, self.weight)"))
    assert cell("check(Linear)")[0]["text/plain"].startswith("Linear: not run")
    cell("def product(x, w):\n    return x @ w.T")
    assert "all" in cell("check(Linear)")[0]["text/plain"]


def test_cells_with_magics_and_syntax_errors_do_not_get_in_the_way(cell):
    cell(START)
    cell("%time 1 + 1")
    cell("def broken(:")
    cell(RIGHT)
    assert "all" in cell("check(Linear)")[0]["text/plain"]


def test_a_definition_below_a_cell_magic_counts(cell):
    cell(START)
    cell(RIGHT)
    cell("%%time\n" + RIGHT.replace("x @ self.weight.T", "nn.functional.linear(x, self.weight)"))
    assert cell("check(Linear)")[0]["text/plain"].startswith("Linear: not run")


def test_an_answer_that_ends_the_program_does_not_end_the_kernel(cell):
    cell(START)
    cell(RIGHT.replace("        y = ", "        raise SystemExit\n        y = "))
    cell("r = check(Linear)")
    assert cell.error is None and not cell.shell.user_ns["r"].passed


def test_the_stub_is_told_politely(cell):
    cell(START)
    cell(LINEAR.stub)
    (shown,) = cell("check(Linear)")
    assert cell.error is None and "not written yet" in shown["text/plain"]


@pytest.mark.parametrize(
    "source, said",
    [
        ("check('Linear')", "not defined yet"),
        ("check('Linea')", "did you mean Linear"),
        ("check('')", "no exercise named"),
        ("check(3)", "no exercise named int"),
        ("check(None)", "no exercise named"),
        ("Linear = 3\ncheck('Linear')", "is a int here"),
        ("class Linear: pass\ncheck(Linear())", "write check(Linear)"),
        ("hint('Linea')", "did you mean Linear"),
    ],
)
def test_what_cannot_be_checked_is_one_line_and_no_traceback(cell, source, said):
    cell(START)
    (shown,) = cell(source)
    assert cell.error is None and said in shown["text/plain"] and "\n" not in shown["text/plain"]


def test_torchs_own_class_is_a_right_answer_but_not_ones_own(cell):
    cell(START)
    cell("r = check(nn.Linear)")
    assert not cell.shell.user_ns["r"].passed


def test_an_alias_is_found_by_the_name_it_is_bound_to(cell):
    cell(START)
    cell(RIGHT.replace("class Linear", "class Mine"))
    cell("Linear = Mine")
    assert "all" in cell("check(Linear)")[0]["text/plain"]


def test_hints_go_a_step_further_at_each_call_and_start_anew_with_the_kernel(cell):
    cell(START)
    texts = [cell("hint(Linear)" if i else "hint('Linear')")[0]["text/markdown"] for i in range(1)]
    cell(LINEAR.stub)
    texts += [cell("hint(Linear)")[0]["text/markdown"] for _ in range(3)]
    for number, text in zip((1, 2, 3, 3), texts, strict=True):
        assert text.startswith(f"**Hint {number} of 3 for `Linear`.**") and LINEAR.hints[number - 1] in text
    assert "the last one" in texts[2] and "the last one" not in texts[1]
    assert cell("hint(Linear, 1)")[0]["text/markdown"] == texts[0]
    assert Progress()["Linear"].hints == 3


def test_progress_shows_a_table(cell):
    cell(START)
    cell(RIGHT)
    cell("check(Linear)")
    (shown,) = cell("progress('02_layers')")
    assert "passed" in shown["text/plain"] and "<table>" in shown["text/html"]
    (shown,) = cell("progress()")
    assert "02_layers" in shown["text/plain"] and "1 of " in shown["text/plain"]


def test_a_progress_file_that_is_damaged_does_not_stop_a_check(cell, tmp_path):
    cell(START)
    cell(RIGHT)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "progress.json").write_text("{")
    (shown,) = cell("check(Linear)")
    assert "all" in shown["text/plain"] and cell.stderr.startswith("nnbook: the progress file was damaged")


# -- plain Python ------------------------------------------------------------------------------------------------------


def test_outside_a_notebook_the_text_is_printed_and_names_are_looked_up_in_the_caller(capsys):
    scope = {}
    exec(RIGHT, scope)
    Linear = scope["Linear"]  # noqa: F841 - looked up by name
    report = check("Linear")
    assert report.passed and capsys.readouterr().out.startswith("Linear: all ")
    hint("Linear")
    assert capsys.readouterr().out.startswith("Hint 1 of 3")
    progress("02_layers")
    assert "Linear" in capsys.readouterr().out


def test_an_answer_from_a_module_is_read_from_its_file(tmp_path, monkeypatch, capsys):
    text = RIGHT.replace("x @ self.weight.T", "nn.functional.linear(x, self.weight)")
    (tmp_path / "my_layers_file.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    import my_layers_file

    assert check(my_layers_file.Linear).status == "rule"


def test_xray_is_handed_on(monkeypatch):
    import nnbook

    show = types.SimpleNamespace(xray=lambda module, depth=1: (module, depth))
    monkeypatch.setitem(sys.modules, "nnbook.show", show)
    monkeypatch.setattr(nnbook, "show", show, raising=False)
    assert notebook.xray("m", depth=2) == ("m", 2)


def python(code, *options):
    return subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True, timeout=120)


def test_import_nnbook_is_cheap():
    code = """
import sys, time
start = time.perf_counter()
import nnbook
spent = time.perf_counter() - start
heavy = {"torch", "matplotlib", "numpy", "IPython", "rich", "typer"} & set(sys.modules)
assert not heavy, heavy
print(spent)
"""
    done = [python(code) for _ in range(3)]
    assert all(d.returncode == 0 for d in done), done[0].stderr
    assert min(float(d.stdout) for d in done) < 0.05


def test_names_of_the_package_load_torch_only_when_used():
    code = """
import sys
from nnbook import check, hint, progress, xray
hint("Linear")
assert "torch" not in sys.modules
"""
    done = python(code)
    assert done.returncode == 0, done.stderr
    assert io.StringIO(done.stdout).readline().startswith("Hint 1 of 3")
