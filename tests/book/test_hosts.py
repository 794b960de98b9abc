"""Every widget in a host that keeps to anywidget's contract and no more, as those of Colab and VS Code do."""

import base64

import pytest
from booktools import served, watch

import relulab as rl

HOST = """async ({ module, style, state, bytes }) => {
    const view = (text) => new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
    for (const name of bytes) state[name] = view(state[name]);
    const listeners = [];
    const contract = {
        get: (name) => state[name],
        set: (name, value) => {
            state[name] = value;
            for (const one of listeners.filter((one) => one.event === `change:${name}`)) one.callback(value);
        },
        on: (event, callback) => listeners.push({ event, callback }),
        off: (event, callback) => {
            const at = listeners.findIndex((one) => one.event === event && one.callback === callback);
            if (at >= 0) listeners.splice(at, 1);
        },
        save_changes() {},
        send() {},
        widget_manager: undefined,
    };
    const model = new Proxy(contract, {
        get(known, name) {
            if (name in known) return known[name];
            throw new Error(`model.${String(name)} is not in the contract`);
        },
    });
    document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
    const address = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
    const widget = (await import(address)).default, el = document.createElement("div");
    document.body.append(el);
    const end = await widget.render({ model, el });
    window.leave = () => {
        end();
        return listeners.length;
    };
    return Object.keys(widget);
}"""

WIDGETS = {
    "flipbook": lambda: rl.widgets.Flipbook(lambda p, ax: ax.plot([0, p]), [1, 2], alt="A line to {}"),
    "arrangement-explorer": rl.widgets.ArrangementExplorer,
    "certificate-explorer": rl.widgets.CertificateExplorer,
    "curve-explorer": rl.widgets.CurveExplorer,
    "echo-explorer": rl.widgets.EchoExplorer,
    "gate-explorer": rl.widgets.GateExplorer,
    "isometry-explorer": rl.widgets.IsometryExplorer,
    "step-explorer": rl.widgets.StepExplorer,
    "training-player": rl.widgets.TrainingPlayer,
    "tree-explorer": rl.widgets.TreeExplorer,
    "triangle-explorer": rl.widgets.TriangleExplorer,
    "whole-explorer": lambda: rl.widgets.WholeExplorer(trials=1),
    "zonotope-explorer": rl.widgets.ZonotopeExplorer,
    "phase-explorer": lambda: rl.widgets.PhaseExplorer(n=[10, 40], d=[5], trials=2),
}


@pytest.mark.parametrize("name", WIDGETS)
def test_a_widget_needs_no_more_than_the_contract(browser, tmp_path, name):
    made = WIDGETS[name]()
    state = {key: value for key, value in made.get_state().items() if not key.startswith("_")}
    bytes_ = [key for key, value in state.items() if isinstance(value, bytes)]
    for key in ("layout", "tabbable", "tooltip", "comm"):
        state.pop(key, None)
    state |= {key: base64.b64encode(state[key]).decode() for key in bytes_}
    (tmp_path / "host.html").write_text("<!doctype html><title>A host</title>")
    with served(tmp_path) as url, browser.new_context() as context:
        page, problems = context.new_page(), []
        watch(page, problems)
        page.goto(f"{url}/host.html")
        parts = {"module": made._esm, "style": made._css, "state": state, "bytes": bytes_}
        assert "render" in page.evaluate(HOST, parts)
        page.locator(f"[data-widget={name}][data-ready=true]").wait_for()
        if name == "phase-explorer":
            page.locator("[data-action=run]").click()
            page.locator("[data-state=done]").wait_for()
            assert "computed in your browser" in page.locator("[data-role=status]").inner_text()
        assert page.evaluate("leave()") == 0
        assert [one for one in problems if "favicon" not in one] == []
