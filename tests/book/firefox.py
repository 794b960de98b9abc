"""Firefox over WebDriver BiDi, the protocol that it speaks by itself: just what a test of a page needs."""

import contextlib
import json
import re
import shutil
import subprocess
import time

import websocket
from booktools import HARMLESS, is_local

NAMES = ("firefox", "firefox-esr")
# Nothing of its own over the network, and nothing on the screen but the page.
PREFERENCES = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,none",
    "toolkit.telemetry.enabled": False,
}
LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
ENTER = "\ue007"


def find_firefox():
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Page:
    """The one tab of a Firefox, in the hands of a test."""

    def __init__(self, address):
        self.socket = websocket.create_connection(f"{address}/session", timeout=60, suppress_origin=True)
        self.asked, self.problems = 0, []
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self.tab = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def ask(self, method, **params):
        self.asked += 1
        self.socket.send(json.dumps({"id": self.asked, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("type") == "event":
                self.note(answer["method"], answer["params"])
            elif answer.get("id") == self.asked:
                assert answer["type"] == "success", answer
                return answer["result"]

    def close(self):
        self.socket.close()

    def note(self, event, params):
        if event == "network.beforeRequestSent":
            if not is_local(url := params["request"]["url"]):
                self.problems.append(f"asks another host: {url}")
        elif params["level"] == "error" and HARMLESS not in params["text"]:
            self.problems.append(params["text"])

    def goto(self, url):
        self.ask("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def resize(self, width, height):
        size = {"width": width, "height": height}
        self.ask("browsingContext.setViewport", context=self.tab, viewport=size)

    def evaluate(self, expression):
        """The value of an expression in JavaScript that JSON can carry."""
        told = self.ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})))()",
            target={"context": self.tab},
            awaitPromise=True,
        )
        assert told["type"] == "success", told["exceptionDetails"]["text"]
        return json.loads(told["result"].get("value", "null"))

    def wait_for(self, expression, seconds=90):
        end = time.monotonic() + seconds
        while not self.evaluate(expression):
            assert time.monotonic() < end, f"in vain: {expression}"
            time.sleep(0.1)

    def click(self, selector):
        """As a mouse does, in the middle of what is seen of the element."""
        place = f"""(element => {{
            element.scrollIntoView({{ block: "center", behavior: "instant" }});
            const box = element.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2].map(Math.round);
        }})(document.querySelector({json.dumps(selector)}))"""
        x, y = self.evaluate(place)
        steps = [{"type": "pointerMove", "x": x, "y": y}]
        steps += [{"type": f"pointer{way}", "button": 0} for way in ("Down", "Up")]
        self.act({"type": "pointer", "id": "mouse", "actions": steps})

    def press(self, key):
        steps = [{"type": f"key{way}", "value": key} for way in ("Down", "Up")]
        self.act({"type": "key", "id": "keyboard", "actions": steps})

    def act(self, source):
        self.ask("input.performActions", context=self.tab, actions=[source])


@contextlib.contextmanager
def firefox(path, profile):
    """A headless Firefox with a new profile, closed at the end."""
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines), "utf-8")
    command = [path, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
    told = profile / "told.txt"
    with told.open("w") as file, subprocess.Popen(command, stdout=file, stderr=file) as process:
        try:
            with contextlib.closing(Page(address_in(told, process))) as page:
                yield page
        finally:
            process.terminate()


def address_in(told, process, seconds=60):
    """Where Firefox says that it listens."""
    end = time.monotonic() + seconds
    while not (found := LISTENS.search(told.read_text("utf-8", errors="replace"))):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(
                f"Firefox does not listen: {told.read_text('utf-8', errors='replace')[-1000:]}"
            )
        time.sleep(0.1)
    return found[1]
