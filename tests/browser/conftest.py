"""A real Chromium, from the system, without any network but loopback."""

import os
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

CHROMIUM = Path("/usr/bin/chromium")


def pytest_collection_modifyitems(items):
    if CHROMIUM.exists() or os.environ.get("CI"):
        return  # in CI a missing browser is a failure, and the launch says so
    skip = pytest.mark.skip(reason=f"there is no browser at {CHROMIUM}")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(skip)


class Seen:
    """What the browser complained of and asked for."""

    def __init__(self) -> None:
        self.errors = []
        self.requests = []


@asynccontextmanager
async def visit(url, *, width=360, height=640, javascript=True):
    """Open a page; gives the page and what went on beside it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            context = await browser.new_context(
                viewport={"width": width, "height": height},
                java_script_enabled=javascript,
                locale="fa-IR",
            )
            page = await context.new_page()
            seen = Seen()
            page.on("console", lambda m: seen.errors.append(m.text) if m.type == "error" else None)
            page.on("pageerror", lambda error: seen.errors.append(str(error)))
            page.on("request", lambda request: seen.requests.append(request.url))
            await page.goto(url, wait_until="load")
            await page.evaluate("document.fonts.ready") if javascript else None
            yield page, seen
        finally:
            await browser.close()


@pytest.fixture(name="visit")
def _visit():
    return visit
