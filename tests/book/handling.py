"""How a test takes hold of a small widget on a page."""

PAGE = "/chapters/explorers.html"


def part(widget, role):
    return widget.locator(f"[data-role={role}]")


def number(widget, name):
    return float(widget.get_attribute(f"data-{name}"))


def wait_for(widget, condition, argument=None):
    """Wait until a condition in JavaScript, of `root` and an argument, is true of the widget."""
    script = f"([root, argument]) => {condition}"
    widget.page.wait_for_function(script, arg=[widget.element_handle(), argument], timeout=20_000)
