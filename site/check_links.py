"""Ask every other host that the built pages link to whether the page is still there; prints what is not."""

import concurrent.futures
import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urldefrag

from book_inputs import ROOT
from bs4 import BeautifulSoup

HTML = ROOT / "_build" / "html"
AGENT = {"User-Agent": "Mozilla/5.0 (a book checking its links once a week)"}
# These answer people and refuse programs.
REFUSES_PROGRAMS = {401, 403, 405, 418, 429, 999}


def external_links(html: Path) -> dict[str, str]:
    """Address -> a page that links to it."""
    found = {}
    for path in sorted(html.rglob("*.html")):
        for anchor in BeautifulSoup(path.read_text("utf-8"), "html.parser").select("a[href^='http']"):
            found.setdefault(urldefrag(anchor["href"])[0], path.relative_to(html).as_posix())
    return found


def fault(address: str) -> str | None:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=AGENT), timeout=30):
            return None
    except urllib.error.HTTPError as error:
        return None if error.code in REFUSES_PROGRAMS else f"answers {error.code}"
    except OSError as error:
        return str(error)


if __name__ == "__main__":
    links = external_links(HTML)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        faults = {address: why for address, why in zip(links, pool.map(fault, links), strict=True) if why}
    for address, why in faults.items():
        print(f"{links[address]}: {address} {why}")
    print(f"{len(links)} links, {len(faults)} broken.")
    sys.exit(bool(faults))
