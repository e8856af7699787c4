"""As a learner does it: JupyterLab in a browser, lesson 00 run whole, an exercise solved by typing, the pass seen."""

import os
import shutil
import sys

import pytest
from playwright.sync_api import TimeoutError, sync_playwright

from nnbook import bank

pytestmark = pytest.mark.slow
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip


@pytest.fixture
def page():
    """A page of a headless Chromium."""
    if CHROMIUM is None:
        # On a person's machine without Chromium this is skipped, and pytest says so; in CI it must not be.
        assert not os.environ.get("CI"), "CI installs Chromium before the tests; it is not on the PATH"
        pytest.skip("needs Chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(60_000)
        yield page
        browser.close()


def open_notebook(page, lab, path):
    base, token = lab.url
    page.goto(f"{base}/tree/{path}?token={token}&reset")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
    kernel(page, "idle")


def kernel(page, status, timeout=60_000):
    """Wait for what the toolbar says of the kernel."""
    page.wait_for_selector(
        f'.jp-Notebook-ExecutionIndicator[data-status="{status}"]', state="attached", timeout=timeout
    )


STARRED = "() => [...document.querySelectorAll('.jp-InputPrompt')].some(p => p.textContent.includes('[*]'))"


def run_all(page):
    """Run all cells, and wait for the last of them."""
    for _ in range(10):
        # JupyterLab takes a moment to connect its menus to a notebook that it has just shown
        page.locator(".lm-MenuBar-itemLabel", has_text="Run").first.click()
        page.locator(".lm-Menu-itemLabel", has_text="Run All Cells").first.click()
        try:
            page.wait_for_function(STARRED, timeout=4_000)
            break
        except TimeoutError:
            page.keyboard.press("Escape")
    page.wait_for_function(STARRED.replace("() => ", "() => !"), timeout=180_000)
    kernel(page, "idle")


def errors(page):
    kinds = ("stderr", "error")
    return page.locator(", ".join(f'.jp-RenderedText[data-mime-type="application/vnd.jupyter.{k}"]' for k in kinds))


def test_a_learners_first_hour(page, start_lab):
    lab = start_lab([sys.executable, "-m", "nnbook.cli"])
    open_notebook(page, lab, "notebooks/00_start_here.ipynb")
    run_all(page)
    assert errors(page).count() == 0

    open_notebook(page, lab, "exercises/00_start_here.ipynb")
    answer = page.locator(".jp-CodeCell", has_text="def affine").first
    answer.scroll_into_view_if_needed()
    editor = answer.locator(".cm-content")
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(bank.find("affine").solution)
    run_all(page)
    passed = page.get_by_text("affine: all").first
    passed.wait_for(timeout=120_000)
    assert "cases pass" in passed.inner_text()
    assert lab.stop() in (0, 130)
