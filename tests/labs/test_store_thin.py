"""The stored runs of the lab on wide and thin networks, and the script that makes them."""

import json

import pytest
import store_thin

WAYS = ["wide", "copied", "tuned", "same steps", "same work"]


def check(made, depths, widths, copies):
    kept = {(run["activation"], run["depth"], run["width"]): run["accuracy"] for run in made["runs"]}
    assert list(kept) == [(name, depth, h) for name in ("ReLU", "tanh") for depth in depths for h in widths]
    for right in kept.values():
        assert list(right) == WAYS
        assert all(len(values) == copies and min(values) > 0 and max(values) < 1 for values in right.values())
    assert made["command"] == f"python site/store_thin.py {made['seed']}"
    assert set(made["versions"]) == {"python", "torch"}
    assert made["cpu seconds"] > 0
    return kept


def test_the_stored_runs_are_whole_and_say_what_made_them():
    made = json.loads(store_thin.FILE.read_text("utf-8"))
    check(made, store_thin.DEPTHS, store_thin.WIDTHS, store_thin.COPIES)


def test_the_script_runs_the_cells_of_the_page(tmp_path):
    file = tmp_path / "small.json"
    store_thin.store(5, file, depths=(1,), widths=(8,), copies=2)
    kept = check(json.loads(file.read_text("utf-8")), (1,), (8,), 2)
    for right in kept.values():  # one block of eight neurons is no hard case
        assert min(right["wide"] + right["same work"]) > 0.7


@pytest.mark.parametrize("bad", [{"copies": 0}, {"widths": (0,)}])
def test_nothing_to_train_is_an_error(tmp_path, bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        store_thin.store(0, tmp_path / "none.json", **bad)
    assert not (tmp_path / "none.json").exists()
