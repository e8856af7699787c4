"""Solutions changed in one place: the check catches them. A sample of each exercise's; `make mutate` runs them all."""

import mutants
import pytest

from nnbook import bank

NAMES = [e.name for e in bank.exercises()]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_changed_solution_fails(name):
    exercise = bank.find(name)
    every, known = mutants.mutants(exercise.solution), mutants.equivalent(name)
    assert len(every) > len(known), "a solution that cannot be changed"
    chosen = mutants.some(every, 8 if exercise.kind == "build" else 4)
    alive = [m.title for m in chosen if m.title not in known and mutants.survives(exercise, m)]
    assert alive == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in NAMES if mutants.equivalent(n)])
def test_the_list_of_equivalent_ones_is_up_to_date(name):
    titles = {m.title for m in mutants.mutants(bank.find(name).solution)}
    assert mutants.equivalent(name) - titles == set()


def test_mutants_change_one_thing():
    source = "def f(x, n=1):\n    y = x + 2 * n\n    return y if n > 0 else -y\n"
    titles = [m.title for m in mutants.mutants(source)]
    assert len(titles) == len(set(titles)) > 12
    assert "y = x + 2 * n => y = x - 2 * n" in titles
    assert "y = x + 2 * n => y = x + 3 * n" in titles
    assert "return y if n > 0 else -y => return y if n >= 0 else -y" in titles
    assert "return y if n > 0 else -y => pass" in titles
