"""The slides of the lecture: taken from the built pages, their widgets alive, no other host asked."""

import subprocess
import sys

import pytest
import yaml
from booktools import ROOT, served, watch
from make_slides import make

PLAN = {
    "title": "A small lecture",
    "slides": [
        {"part": "The first part", "minutes": 10},
        {"page": "chapters/elements", "section": "the-elements", "take": ["p:nth-of-type(1)", "#a-theorem"]},
        {"page": "chapters/elements", "section": "the-elements", "take": ["#equation-nic", "figure"]},
        {"page": "chapters/first", "section": "a-first-screen", "take": [".cell_output:has(script)"]},
    ],
}


@pytest.fixture(scope="module")
def slides(fixture_html, tmp_path_factory):
    folder = tmp_path_factory.mktemp("slides")
    outline, target = folder / "plan.yml", folder / "slides"
    outline.write_text(yaml.safe_dump(PLAN))
    command = [sys.executable, ROOT / "site" / "make_slides.py", fixture_html, outline, target]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.startswith("5 slides: ")
    return target


@pytest.mark.parametrize("width", [1280, 800])
def test_every_slide_shows_what_the_page_says(slides, blank, width):
    with served(slides) as url:
        page, problems = blank(width)
        page.goto(f"{url}/index.html")
        page.wait_for_function("window.Reveal?.isReady()")
        assert "A small lecture" in page.locator("section.present").inner_text()
        shown = []
        for _ in range(4):
            page.keyboard.press("ArrowRight")
            slide = page.locator("section.present")
            shown.append(slide.inner_text())
            assert slide.evaluate("slide => slide.scrollWidth <= slide.clientWidth + 1")
            assert "#" not in shown[-1]
        assert "10 minutes" in shown[0]
        assert "A theorem" in shown[1]
        assert page.locator("section.present .jupyter-widgets").first.is_visible()
        page.keyboard.press("ArrowLeft")
        page.locator("section.present mjx-container").first.wait_for()
        image = page.locator("section.present img")
        assert image.evaluate("image => image.complete && image.naturalWidth > 0")
        assert image.get_attribute("alt")
        assert problems == []


def test_a_widget_on_a_slide_is_alive(slides, blank):
    with served(slides) as url:
        page, problems = blank(1280)
        page.goto(f"{url}/index.html#/4")
        widget = page.locator("section.present [data-widget]").first
        page.wait_for_function("root => root.dataset.ready === 'true'", arg=widget.element_handle())
        before = widget.inner_text()
        widget.locator("button:visible").first.click()
        page.wait_for_function(
            "([root, text]) => root.innerText !== text", arg=[widget.element_handle(), before]
        )
        assert problems == []


def test_slides_open_from_a_stick(slides, browser):
    context = browser.new_context()
    page, problems = context.new_page(), []
    watch(page, problems)
    page.goto((slides / "index.html").as_uri())
    page.wait_for_function("window.Reveal?.isReady()")
    assert problems == []
    context.close()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"page": "chapters/none"}, "names the page chapters/none"),
        ({"section": "none"}, "names the section none of chapters/elements"),
        ({"take": ["video"]}, "takes video of chapters/elements"),
    ],
)
def test_what_is_not_there_is_told(fixture_html, tmp_path, change, message):
    plan = PLAN | {"slides": [PLAN["slides"][1] | change]}
    (tmp_path / "plan.yml").write_text(yaml.safe_dump(plan))
    with pytest.raises(ValueError, match=message):
        make(fixture_html, tmp_path / "plan.yml", tmp_path / "slides")


def test_the_lecture_keeps_the_teachers_times():
    plan = yaml.safe_load((ROOT / "site" / "slides" / "lecture.yml").read_text())
    minutes = [entry["minutes"] for entry in plan["slides"] if "part" in entry]
    table = (ROOT / "chapters" / "back" / "teachers.md").read_text().split("## One lecture")[1].split("##")[0]
    told = [
        int(line.split("|")[1]) for line in table.splitlines() if line.startswith("| ") and line[2].isdigit()
    ]
    assert minutes == told
    assert sum(minutes) == 90
