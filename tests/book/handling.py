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


def handle(widget, text):
    return widget.locator(f"[data-handle='{text}']")


def middle_of(thing):
    box = thing.locator(".rw-disc").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, thing, to, steps=6):
    """Drag the middle of a handle to a place (x, y) on the screen, with the mouse."""
    thing.scroll_into_view_if_needed()
    page.mouse.move(*middle_of(thing))
    page.mouse.down()
    page.mouse.move(*to, steps=steps)
    page.mouse.up()


def place_in(picture, x, y, radius):
    """Where a point of a plane is on the screen; 1 is a radius of the picture's 360 units."""
    box = picture.bounding_box()
    middle, unit = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), box["width"] * radius / 360
    return middle[0] + unit * x, middle[1] - unit * y
