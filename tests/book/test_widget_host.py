"""A page's own host of widgets: what it promises them, and what stands there when one cannot start."""

import pytest
from booktools import build, make_book, served
from bs4 import BeautifulSoup
from mend_pages import refuse_dead_widgets

PAGE = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# Hosted

```{code-cell} ipython3
import anywidget
import ipywidgets
import traitlets


class Counter(anywidget.AnyWidget):
    _esm = '''
    export default { render({ model, el, experimental }) {
      const button = document.createElement("button");
      const show = () => (button.textContent = `count ${model.get("value")}`);
      button.className = "counter";
      button.onclick = () => { model.set("value", model.get("value") + 1); model.save_changes(); };
      model.on("change:value", show);
      show();
      el.append(button);
      experimental.invoke("name", {}).catch((error) => (button.title = error.message));
    } };'''
    value = traitlets.Int(0).tag(sync=True)


first, second = Counter(), Counter(value=7)
ipywidgets.jslink((first, "value"), (second, "value"))
first
```

```{code-cell} ipython3
second
```

```{code-cell} ipython3
from IPython.display import HTML, display

svg = "<svg xmlns=%22http://www.w3.org/2000/svg%22 width=%225%22 height=%225%22/>"
still = f'<noscript><figure><img alt="A dot." src="data:image/svg+xml;utf8,{svg}"></figure></noscript>'


class Broken(anywidget.AnyWidget):
    _esm = 'export default { render() { throw new Error("as a browser without something would"); } };'


display(Broken())
display(HTML(still))
```
"""


@pytest.fixture(scope="module")
def hosted(tmp_path_factory):
    chapters = tmp_path_factory.mktemp("hosted")
    (chapters / "chapters").mkdir()
    (chapters / "chapters" / "index.md").write_text(PAGE, "utf-8")
    (chapters / "_toc.yml").write_text("format: jb-book\nroot: chapters/index\n", "utf-8")
    folder = make_book(chapters.parent / "hosted-book", chapters)
    result = build(folder)
    assert result.returncode == 0, result.stdout + result.stderr
    with served(folder / "_build" / "html") as url:
        yield f"{url}/chapters/index.html"


def test_linked_anywidgets_stay_together(hosted, visit):
    page, problems = visit(hosted, 1280)
    counters = page.locator("button.counter")
    counters.nth(1).wait_for()
    assert counters.all_inner_texts() == ["count 0", "count 0"]
    counters.nth(1).click()
    assert counters.all_inner_texts() == ["count 1", "count 1"]
    assert counters.nth(0).get_attribute("title") == "no kernel answers on a built page"
    assert problems == []


def test_a_widget_that_cannot_start_leaves_a_line_and_its_picture(hosted, visit):
    page, problems = visit(hosted, 1280)
    page.locator(".widget-stopped").wait_for()
    assert "could not start" in page.locator(".widget-stopped").inner_text()
    assert page.locator(".widget-still img[alt='A dot.']").count() == 1
    assert problems == []


def test_a_page_that_forbids_modules_from_blobs_shows_the_picture(hosted, blank):
    page, _ = blank(1280)
    policy = "script-src 'self' 'unsafe-inline'"

    def with_policy(route):
        response = route.fetch()
        route.fulfill(response=response, headers={**response.headers, "content-security-policy": policy})

    page.route("**/index.html", with_policy)
    page.goto(hosted)
    last = page.locator("script[type*='widget-view']").last
    last.evaluate("script => script.parentElement.scrollIntoView()")
    page.locator(".widget-still img[alt='A dot.']").wait_for()


def test_on_paper_a_widget_that_has_not_started_is_its_picture(hosted, blank):
    page, _ = blank(1280)
    page.add_init_script("window.IntersectionObserver = class { observe() {} unobserve() {} };")
    page.goto(hosted)
    count = page.locator(".widget-still")
    assert count.count() == 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert count.count() == 1
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert count.count() == 0


def test_a_widget_that_no_page_can_load_fails_the_build():
    state = '{"state": {"a": {"model_module": "jupyter-matplotlib", "model_name": "x"}}}'
    html = f'<script type="application/vnd.jupyter.widget-state+json">{state}</script>'
    with pytest.raises(ValueError, match=r"page\.html: a widget of 'jupyter-matplotlib' is dead"):
        refuse_dead_widgets(BeautifulSoup(html, "html.parser"), "page.html")
