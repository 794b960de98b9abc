"""The address of the book's repository, however its owner writes it."""

import re

WAYS = re.compile(
    r"(?:(?:git\+)?https?://(?:www\.)?github\.com/|ssh://git@github\.com/|git@github\.com:|github\.com/|)"
    r"(?P<owner>[\w-]+)/(?P<name>[\w.-]+?)(?:\.git)?(?:/(?:tree|blob)/.*)?/?"
)


def github_place(repository: str) -> str:
    """``owner/name`` of a repository on GitHub; "" where the book has none.

    >>> github_place("git@github.com:me/book.git"), github_place("https://github.com/me/book/tree/main")
    ('me/book', 'me/book')
    """
    if not (written := repository.strip()):
        return ""
    if found := WAYS.fullmatch(written):
        return f"{found['owner']}/{found['name']}"
    raise ValueError(
        f"repository_url={repository!r} in _config.yml is no repository on GitHub: write https://github.com/owner/name"
    )


def github_address(repository: str) -> str:
    """The address that browsers and pip understand; "" where the book has none."""
    place = github_place(repository)
    return f"https://github.com/{place}" if place else ""
