"""The repository's address in every form that people write it."""

import pytest
from repository import github_address, github_place


@pytest.mark.parametrize(
    "written",
    [
        "https://github.com/me/book",
        "https://github.com/me/book/",
        "https://github.com/me/book.git",
        "http://www.github.com/me/book",
        "git@github.com:me/book.git",
        "ssh://git@github.com/me/book.git",
        "https://github.com/me/book/tree/main",
        "github.com/me/book",
        "me/book",
        " me/book ",
    ],
)
def test_an_address_is_understood_in_every_form(written):
    assert github_place(written) == "me/book"
    assert github_address(written) == "https://github.com/me/book"


def test_names_with_dots_keep_them():
    assert github_place("https://github.com/some-one/their.book.git") == "some-one/their.book"


def test_no_address_is_none():
    assert github_place("") == github_address("  ") == ""


@pytest.mark.parametrize("written", ["https://example.org/me/book", "me", "https://github.com/me", "a b/c"])
def test_another_address_is_refused(written):
    with pytest.raises(ValueError, match="repository_url="):
        github_place(written)
