"""The text of a widget: plain files one after another, so that no bundler stands between source and page."""

from pathlib import Path

HERE = Path(__file__).parent


def joined(*names):
    """The files' text, in this order."""
    return "\n".join((HERE / name).read_text("utf-8") for name in names)
