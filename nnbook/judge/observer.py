"""`python -m nnbook.judge.observer`: observe one answer in a fresh process. The request is JSON on standard input."""

from __future__ import annotations

import json
import os
import sys

from nnbook import bank
from nnbook.judge.answers import Answer, Answers, from_cells
from nnbook.judge.process import Outcome, answer_to, in_fresh_process


def observe_in_fresh_process(
    exercise: bank.Exercise, answer: Answer, seed: int, device: str, timeout: float, memory: int
) -> Outcome:
    """What `in_child` does by forking, by starting Python anew: for CUDA, which no fork survives, and for Windows."""
    request = {
        "exercise": exercise.name,
        "cells": list(answer.sources.items()),
        "seed": seed,
        "device": device,
        "timeout": timeout,
        "memory": memory,
    }
    command = [sys.executable, "-m", "nnbook.judge.observer"]
    return in_fresh_process(command, json.dumps(request).encode(), timeout)


def main() -> None:
    """Read the request, observe, answer on what was standard output."""
    from nnbook.judge.verdict import observe_answer, warm

    request = json.load(sys.stdin)
    writer = os.dup(1)
    exercise = bank.find(request["exercise"])
    answers: Answers = from_cells([(where, text) for where, text in request["cells"]], "<answer>")
    answer = answers.answer(exercise.name)
    assert answer is not None
    warm(exercise)
    work = lambda: observe_answer(exercise, answer, request["seed"], request["device"])  # noqa: E731
    # CUDA reserves far more address space than it uses, so a limit on address space would refuse every answer
    memory = request["memory"] if request["device"] == "cpu" else 1 << 60
    answer_to(writer, work, request["timeout"], memory)


if __name__ == "__main__":
    main()
