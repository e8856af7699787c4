"""What the quick loop leaves out: the long comparisons of single components, which change with their files alone."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
THOROUGH = (HERE / "nn", HERE / "optim", HERE / "parity" / "test_samples.py")


@pytest.hookimpl(tryfirst=True)  # before -m "not slow" is applied
def pytest_collection_modifyitems(items):
    for item in items:
        if any(place == item.path or place in item.path.parents for place in THOROUGH):
            item.add_marker(pytest.mark.slow)
