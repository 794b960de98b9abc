"""Find a Chromium or Chrome for the page tests; run as a script it installs one where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = ("Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium")

# Each window would start two pages of the browser's own for its address line, more work than many a page of
# the book. Of several lists of this kind the last counts, so that Playwright's stands here, too.
WITHOUT = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
# Without a sandbox, as containers have none, and without calls to the browser's services or any other host.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(WITHOUT)}",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def find_browser() -> str | None:
    system = [shutil.which(name) for name in NAMES]
    mac = [str(Path("/Applications") / app) for app in MAC]
    return next((path for path in [*system, *mac] if path and starts(path)), None) or playwrights_own()


def playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if starts(path) else None


def starts(path: str) -> bool:
    """A snap stub or a browser without its libraries is on PATH, yet cannot start."""
    return Path(path).exists() and subprocess.run([path, "--version"], capture_output=True).returncode == 0


def install_browser() -> None:
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
    if not playwrights_own() and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-q"])
        subprocess.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"])


if __name__ == "__main__":
    if not find_browser():
        print("No Chromium or Chrome found; installing one for the page tests.")
        install_browser()
    browser = find_browser()
    print(f"Page tests use {browser}." if browser else "No browser could be had for the page tests.")
