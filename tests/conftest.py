"""The browser that several files of tests open pages in."""

import os
import shutil

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import Error, sync_playwright  # the library's own tests do without it

    mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    names = ("chromium", "chromium-browser", "google-chrome", mac)
    quiet = "background-networking", "component-update", "sync", "quic"
    args = ["--no-first-run", *(f"--disable-{name}" for name in quiet)]
    if os.name == "posix" and os.geteuid() == 0:
        args.append("--no-sandbox")
    with sync_playwright() as playwright:
        # Without any of these, Playwright looks for the browser it installed itself.
        found = next(filter(None, map(shutil.which, names)), None)
        try:
            browser = playwright.chromium.launch(executable_path=found, args=args)
        except Error as error:
            pytest.fail(f"no browser could be started; `make browser` installs one\n{error}", pytrace=False)
        yield browser
        browser.close()
