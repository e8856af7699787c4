"""What the quick loop leaves out, and under how many seeds answers are judged."""

from pathlib import Path

import pytest

# The long comparisons of single components, which change with their files alone.
HERE = Path(__file__).parent
THOROUGH = (HERE / "nn", HERE / "optim", HERE / "parity" / "test_samples.py")


@pytest.hookimpl(tryfirst=True)  # before -m "not slow" is applied
def pytest_collection_modifyitems(items):
    for item in items:
        if any(place == item.path or place in item.path.parents for place in THOROUGH):
            item.add_marker(pytest.mark.slow)


def pytest_addoption(parser):
    parser.addoption("--seeds", type=int, default=1, help="judge each answer and mistake under this many seeds (1)")


@pytest.fixture
def seeds(request):
    """The seeds of the inputs that answers are judged by: always the same ones, so that a failure can be repeated.

    A check in a notebook draws a fresh one each time; `pytest tests/bank --seeds 20` asks how it fares.
    """
    return range(29, 29 + request.config.getoption("--seeds"))
