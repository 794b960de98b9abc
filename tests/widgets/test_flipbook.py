"""The flipbook's Python side: pictures, words, bad input."""

import gzip
import json

import numpy as np
import pytest

from relulab.widgets import Flipbook


def unpacked(book):
    return json.loads(gzip.decompress(book.pictures))


def curve(power, ax):
    ax.plot(np.linspace(0, 1, 40) ** power)
    ax.set(title=f"power {power}", xlabel="x", ylabel="y")


def test_one_picture_each_with_its_words():
    book = Flipbook(curve, range(1, 21), "power", alt=lambda p: f"The curve x to the {p}.", start=4)
    pictures = unpacked(book)
    assert (book.count, book.index, len(pictures)) == (20, 4, 20)
    assert [label for _, label, _ in pictures] == [f"power = {p}" for p in range(1, 21)]
    assert pictures[6][2] == "The curve x to the 7."
    assert all(svg.startswith("<svg") and "<metadata" not in svg for svg, _, _ in pictures)
    assert len({svg for svg, _, _ in pictures}) == 20
    assert len(book.pictures) < 60_000
    assert (
        book.pictures
        == Flipbook(curve, range(1, 21), "power", alt=lambda p: f"The curve x to the {p}.").pictures
    )


def test_a_crowded_picture_becomes_a_png():
    height = np.add.outer(np.arange(100), np.arange(100))
    book = Flipbook(lambda t, ax: ax.pcolormesh(height**t), [0.5], label="power {}", alt="A slope, power {}")
    ((source, label, alt),) = unpacked(book)
    assert source.startswith("data:image/png;base64,iVBOR")
    assert (label, alt) == ("power 0.5", "A slope, power 0.5")


def test_bad_input():
    with pytest.raises(ValueError, match="values is empty"):
        Flipbook(curve, [], alt="A curve")
    with pytest.raises(ValueError, match=r"start=3 .*<= 2"):
        Flipbook(curve, [1, 2, 3], alt="A curve", start=3)
    with pytest.raises(ValueError, match="alt gives '' for 2"):
        Flipbook(curve, [1, 2], alt=lambda p: "A curve" if p == 1 else "")
    with pytest.raises(ValueError, match="label gives 1 for 1"):
        Flipbook(curve, [1], label=lambda p: p, alt="A curve")
    with pytest.raises(ZeroDivisionError) as caught:
        Flipbook(lambda p, ax: 1 / p, [0], alt="A curve")
    assert caught.value.__notes__ == ["while drawing the picture of 0"]


def test_pictures_have_a_limit(monkeypatch):
    monkeypatch.setattr("relulab.widgets.flipbook.book.MOST_BYTES", 2000)
    with pytest.raises(ValueError, match="draw simpler ones"):
        Flipbook(curve, [1, 2], alt="A curve")


def test_the_index_is_one_of_the_pictures():
    book = Flipbook(curve, [1, 2], alt="A curve")
    book.index = 1
    with pytest.raises(ValueError, match="index=2"):
        book.index = 2
    assert book.index == 1


def test_a_choice_of_series():
    values = [("a", 1), ("a", 2), ("b", 1), ("b", 2), ("b", 3)]

    def draw(value, ax):
        curve(value[1], ax)

    book = Flipbook(draw, values, alt="A curve", series=lambda value: value[0], series_name="letter", start=3)
    assert book.series == [["a", 0, 2], ["b", 2, 3]]
    assert (book.index, book.count, book.series_name) == (3, 5, "letter")
    alone = Flipbook(draw, values[:2], alt="A curve", series=lambda value: value[0])
    assert alone.series == []
    with pytest.raises(ValueError, match=r"^series has pictures of one name apart"):
        Flipbook(draw, [values[k] for k in (0, 2, 1)], alt="A curve", series=lambda value: value[0])
