"""What a reader sees in place of a widget is said to those who have no JavaScript, and in print."""

PAGE = "/chapters/elements.html"
ONE, NOTHING = "Without JavaScript you see one picture", "Without JavaScript nothing moves."


def test_sentences_for_the_scriptless_are_hidden_where_scripts_run(fixture_book, browser):
    page = browser.new_page()
    page.goto(fixture_book + PAGE)
    assert not page.get_by_text(ONE).is_visible()
    assert page.get_by_text("The others move.").is_visible()
    assert not page.locator("p.without-js", has_text=NOTHING).is_visible()
    page.emulate_media(media="print")
    assert page.get_by_text(ONE).is_visible()
    assert page.locator("p.without-js", has_text=NOTHING).is_visible()
    page.close()


def test_they_are_read_without_scripts(fixture_book, browser):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(fixture_book + PAGE)
        assert page.get_by_text(ONE).is_visible()
        assert page.locator("p.without-js", has_text=NOTHING).is_visible()
