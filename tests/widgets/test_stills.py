"""What a page gets of a widget: the size of its source, and a still for where no script runs."""

import re

import numpy as np
import pytest

import relulab as rl
from relulab.widgets import (
    ArrangementExplorer,
    CertificateExplorer,
    CurveExplorer,
    EchoExplorer,
    Flipbook,
    GateExplorer,
    IsometryExplorer,
    PhaseExplorer,
    StepExplorer,
    TrainingPlayer,
    TreeExplorer,
    TriangleExplorer,
    WholeExplorer,
    ZonotopeExplorer,
    record,
)


def run():
    return record(
        rl.plant(rl.draw("gaussian", 10, 2, rng=0), kind="relu", rng=1), width=3, steps=50, frames=5
    )


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: Flipbook(lambda p, ax: ax.plot([0, p]), [1, 2, 3], alt="A line to {}", start=1),
            ['alt="A line to 2"', "t = 2. The first of 3 pictures is t = 1, the last t = 3."],
        ),
        (
            lambda: ArrangementExplorer(np.eye(2), gate=[1, -0.5]),
            ["2 rows in dimension 2 make 4 cells", "The all-ones pattern exists. The gate u has rows 1 on."],
        ),
        (
            lambda: IsometryExplorer(n=60, d=10, ensemble="whitened", direction="random"),
            ["n = 60, d = 10", "The verdict: recovered."],
        ),
        (
            lambda: CertificateExplorer(),
            ['alt="What 8 patterns reach', "square of what a pattern reaches is 5/9; below 1 it is a proof."],
        ),
        (
            lambda: GateExplorer([[1, 0], [0, 1]], gate=[1, 1], w=[0.5, -0.25]),
            ['alt="Two bars a sample, gated and ReLU.', "on 2 samples. They part on samples 2."],
        ),
        (
            lambda: CurveExplorer([0.5] * 9, d=1, N=4),
            [
                'alt="A curve, and what is left of it."',
                "its size is 1.00; a network with d = 1, N = 4 answers 1.00.",
            ],
        ),
        (
            lambda: EchoExplorer([0.5] + 11 * [0]),
            [
                "1 of 12 borders reflect. The loudest echo, -0.50, comes at time 1; behind",
                "impedance is 3.00",
            ],
        ),
        (
            lambda: ZonotopeExplorer([[1, -2], [1, 2]], w=[1, 0]),
            ["2 rows, w = (1.00, 0.00)", "h = 1.12: this dual vector does not prove it."],
        ),
        (
            lambda: TriangleExplorer([[1, 0], [0, 2]], b=[1, 2]),
            ['alt="An ellipse, the point b, and', "every x with Ax = b has norm at least 1.4"],
        ),
        (
            lambda: StepExplorer(proposal="langevin", n=10_000, sigma=0.2),
            ["In 10,000 dimensions a step of 0.2 is accepted with probability 0.", "a coordinate is 0.0"],
        ),
        (
            lambda: TreeExplorer([[1, 0], [0, 1], [-1, 0], [0, -1]], w=[3, 4]),
            ['alt="Rings of sectors, one ring for each row with a sign;', "over all patterns."],
        ),
        (
            lambda: WholeExplorer(program="gated", trials=1),
            [
                'alt="A phase diagram over d and n: shares of recovered problems, 8 by 3 cells."',
                "in the gated network over all patterns, n to 16, d to 4, 1 random problem a cell.",
                "ReLU network over all patterns: median edge of nested rows",
                "n = 4 at d = 2, n = 7 at d = 3, n = 10 at d = 4, n = 13 at d = 5, n = 15 at d = 6.",
            ],
        ),
        (lambda: TrainingPlayer({"mine": run()}), ["Training loss over the steps. mine: from "]),
        (
            lambda: PhaseExplorer(n=[4, 40], d=[5, 45], trials=2, ensemble="whitened"),
            [
                "2 by 2 cells",
                "At d = 5 at least half is recovered from n = 40 on. At d = 45 less than half is",
            ],
        ),
    ],
)
def test_a_widget_is_shown_with_a_still_beside_it(monkeypatch, make, words):
    widget, shown = make(), []
    monkeypatch.setattr("IPython.display.display", lambda what, **_: shown.append(what))
    widget._ipython_display_()
    live, still = shown
    assert live["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id
    text = still.data
    assert text.startswith('<noscript><figure><img src="data:image/svg+xml;base64,')
    for piece in words:
        assert piece in text


def test_the_still_of_a_given_plant_tells_both_certificates():
    X = rl.draw("gaussian", 50, 20, rng=18)
    plant, S = rl.plant(X, direction="smallest"), rl.sample_patterns(X, rng=8)
    _, _, words = IsometryExplorer(plant=plant, S=S)._still()
    largest = rl.isometry(plant, S).norms.max()
    refined = rl.Blocks(X, S).norms(rl.decide(plant, S).dual)[1:].max()
    assert (
        f"is {largest:.3f}. The refined certificate's largest is {refined:.4f}. The verdict: recovered."
        in words
    )


@pytest.mark.parametrize(
    "widget",
    [
        ArrangementExplorer,
        CertificateExplorer,
        CurveExplorer,
        EchoExplorer,
        Flipbook,
        GateExplorer,
        IsometryExplorer,
        PhaseExplorer,
        StepExplorer,
        TrainingPlayer,
        TreeExplorer,
        TriangleExplorer,
        WholeExplorer,
        ZonotopeExplorer,
    ],
)
def test_a_page_carries_less_than_60_kb_of_a_widget(widget):
    assert len((widget._esm + widget._css).encode()) < 60_000


def test_the_default_instance_shows_what_refining_is_for():
    words = IsometryExplorer()._still()[2]
    largest, refined = (
        float(re.search(rf"{name} certificate[^.]* is (\d\.\d+)", words)[1])
        for name in ("minimum-norm", "refined")
    )
    assert refined < 1 < largest
    plant, S = rl.phase.instance(54, 20, 0, direction="smallest", rng=56)
    assert (rl.isometry(plant, S).norms >= 1).sum() >= 8


def test_a_noisy_still_tells_distances():
    _, alt, words = PhaseExplorer(n=[10, 100], d=[10], sigma=0.1)._still()
    assert "distances of planted weights, 2 by 1 cells" in alt
    far, near = (float(mean) for mean in re.findall(r"(\d\.\d\d) at n", words))
    assert near < far
    assert "upper bound" not in words


@pytest.mark.parametrize(("form", "bounded"), [("gated", "gated program"), ("exact", "ReLU network")])
def test_a_still_says_for_which_program_it_is_a_bound(form, bounded):
    words = PhaseExplorer(n=[10, 30], d=[5], form=form, trials=1)._still()[2]
    (sentence,) = (part for part in re.split(r"(?<=\.) ", words) if "upper bound" in part)
    assert sentence.startswith(f"For the {bounded}")
    assert ("bounds no ReLU network" in sentence) == (form == "gated")
