"""The command `nnbook`. Exit codes: 0 all passed, 1 not all passed, 2 could not run (one line on stderr says why)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from nnbook.cli.console import Problem, error, prepare_streams

app = typer.Typer(
    name="nnbook",
    help="Learn torch.nn and torch.optim by rebuilding them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Device = Annotated[str, typer.Option(help="Where to compute: cpu or cuda.", metavar="cpu|cuda")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, and nothing else there.")]


def _version(value: bool) -> None:
    if value:
        from nnbook import __version__

        print(f"nnbook {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def lab(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="The workspace; ./nnbook-workspace if not given.", show_default=False),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
    port: Annotated[
        int | None, typer.Option(help="The port to try first.", min=1, max=65535, show_default=False)
    ] = None,
) -> None:
    """Make or update a workspace, open JupyterLab.

    A notebook that you edited is never overwritten: a newer version is written beside it. To get a clean copy of one,
    delete it (or rename yours) and run this again.
    """
    from nnbook.cli import learn

    learn.lab(folder, no_browser, port)


@app.command()
def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE.(py|ipynb)...", help="What to check.", show_default=False)
    ],
    exercise: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Only this exercise; else every one that the file defines.", show_default=False
        ),
    ] = None,
    device: Device = "cpu",
    as_json: Json = False,
    seed: Annotated[
        int | None, typer.Option(help="Draw inputs from this seed; else from a fresh one.", show_default=False)
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(help="Seconds an exercise may take; else its own limit.", min=0.01, show_default=False),
    ] = None,
) -> None:
    """Check answers against PyTorch.

    Exit 0 if all passed, 1 if not, 2 if something could not be checked.
    """
    from nnbook.cli import learn

    raise typer.Exit(learn.check(files, exercise, device, as_json, seed, timeout))


@app.command()
def hint(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The exercise.", show_default=False)],
    reset: Annotated[bool, typer.Option("--reset", help="Start again at the first hint.")] = False,
) -> None:
    """Show the next hint for an exercise."""
    from nnbook.cli import learn

    learn.hint(name, reset)


@app.command()
def solution(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The exercise.", show_default=False)],
    show_anyway: Annotated[bool, typer.Option("--show-anyway", help="Show it although yours has not passed.")] = False,
) -> None:
    """Show a solution, once yours has passed."""
    from nnbook.cli import learn

    learn.solution(name, show_anyway)


@app.command()
def progress(
    lesson: Annotated[
        str | None, typer.Argument(metavar="[LESSON]", help="One lesson's exercises.", show_default=False)
    ] = None,
    as_json: Json = False,
    reset: Annotated[
        bool, typer.Option("--reset", help="Start anew; the old record is kept under another name.")
    ] = False,
) -> None:
    """Show how far you are and what comes next."""
    from nnbook.cli import learn

    learn.progress(lesson, as_json, reset)


@app.command()
def grade(
    submissions: Annotated[
        Path, typer.Argument(metavar="SUBMISSIONS", help="A folder of notebooks.", show_default=False)
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where grades.csv and the feedback go.", show_default=False)],
    jobs: Annotated[int | None, typer.Option(help="How many at once.", min=1, show_default=False)] = None,
    lessons: Annotated[
        list[str] | None,
        typer.Option(
            "--lesson",
            metavar="ID",
            help="Only this lesson (may be repeated); else what was handed in.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Grade only what is new or changed.")] = False,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler to spread the work by.", show_default=False)
    ] = None,
    formats: Annotated[
        str, typer.Option("--format", metavar="LIST", help="csv, json, junit, html, canvas ...")
    ] = "csv,html",
    seed: Annotated[
        int | None, typer.Option(help="Draw inputs from this seed; else from a fresh one.", show_default=False)
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(help="Seconds an exercise may take; else its own limit.", min=0.01, show_default=False),
    ] = None,
    device: Device = "cpu",
    unsafe: Annotated[bool, typer.Option("--unsafe", help="Go on where answers cannot be isolated.")] = False,
) -> None:
    """Grade a class's notebooks.

    DIR/grades.csv holds one row per student and exercise, beside it one feedback page per student.
    Exit 0 if every answer passed, 1 if not, 2 if there was nothing to grade or nowhere to write.
    """
    from nnbook.cli import tools

    given = {"jobs": jobs, "resume": resume, "seed": seed, "timeout": timeout, "device": device, "unsafe": unsafe}
    raise typer.Exit(tools.grade(submissions, out, formats, lessons or [], dask, given))


@app.command()
def parity(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME ...]", help="Which components; all if none.", show_default=False),
    ] = None,
    device: Device = "cpu",
    as_json: Json = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a table for a document.")] = False,
) -> None:
    """Compare nnbook's components with PyTorch's, by nnbook's cases and by the samples of PyTorch's own tests."""
    from nnbook.cli import comparison

    raise typer.Exit(comparison.parity(names or [], device, as_json, markdown))


@app.command()
def build(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 and name each file that differs.")
    ] = False,
    execute: Annotated[
        bool, typer.Option("--execute", help="Run the solved notebooks even if their code is as it was.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Build and run everything again.")] = False,
    lessons: Annotated[
        bool, typer.Option("--lessons", help="Run the lessons again instead; keep the outputs.")
    ] = False,
) -> None:
    """Make the notebooks from the exercise bank.

    In a clone of the repository: writes exercises/ and solutions/, and runs the solved ones.
    """
    from nnbook.cli import tools

    raise typer.Exit(tools.build(check, execute, force, lessons))


@app.command()
def doctor() -> None:
    """Say what is wrong here and how to repair it."""
    from nnbook.cli import health

    raise typer.Exit(health.doctor())


def run(args: list[str] | None = None) -> int:
    """Run a command line and give its exit code; every error is one line."""
    prepare_streams()
    try:
        code = app(args, standalone_mode=False, prog_name="nnbook")
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except Exception as err:
        if os.environ.get("NNBOOK_DEBUG"):
            raise
        return _explained(err)
    except KeyboardInterrupt:
        error("stopped")
        return 130


def _explained(err: Exception) -> int:
    """Turn whatever went wrong into one line and an exit code."""
    if isinstance(err, BrokenPipeError):
        # the reader (head, less) has seen enough; nothing more may be written, not even at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    if isinstance(err, Problem):
        error(str(err))
        return err.code
    kinds = {c.__name__ for c in type(err).__mro__}
    if "ClickException" in kinds:  # typer's own: a wrong option or argument
        shown: Any = err
        if "NoArgsIsHelpError" in kinds:
            print(shown.format_message())
            return 2
        context = getattr(err, "ctx", None)
        path = context.command_path if context is not None else "nnbook"
        error(f"{shown.format_message().rstrip('.')}; see `{path} --help`")
        return 2
    if "Abort" in kinds:
        error("stopped")
        return 130
    if kinds & {"CourseError", "UnknownExercise", "BadFile", "BadExercise", "GradeError", "GraderError"}:
        error(str(err))
        return 2
    if isinstance(err, ModuleNotFoundError) and err.name:
        error(f"{err.name} is not installed here: run `pip install {err.name.split('.')[0]}`, then `nnbook doctor`")
        return 2
    error(f"{type(err).__name__}: {err}; NNBOOK_DEBUG=1 shows where, and `nnbook doctor` looks at the installation")
    return 2


def main() -> NoReturn:
    """The entry point."""
    sys.exit(run())
