"""The answers of Part II: weight decay, arrangements, the convex programs, duality."""

import numpy as np

from .answers import Accept, Number


def _four_neurons(answer):
    first, second = (np.asarray(part, dtype=float) for part in answer)
    if first.ndim != 2 or first.shape[0] != 2 or second.shape != first.shape[1:]:
        return f"first has shape {first.shape} and second {second.shape}; they must be (2, m) and (m,)."
    rng = np.random.default_rng(7)
    X, given = rng.standard_normal((4, 2)), rng.standard_normal((2, 9))
    signs = rng.choice([-1.0, 1.0], 9)
    wanted, outputs = np.maximum(X @ given, 0) @ signs, np.maximum(X @ first, 0) @ second
    allowed = np.linalg.norm(given, axis=0).sum()
    spent = (np.linalg.norm(first, axis=0) * np.abs(second)).sum()
    if len(second) > 4:
        return f"That network has {len(second)} neurons; at most four are allowed."
    if not np.abs(outputs - wanted).max() < 1e-8:
        return "The outputs on the four samples are different."
    if spent > allowed + 1e-9:
        return f"It costs {spent:.4f}, more than the {allowed:.4f} of the nine. Try the other sign of z."
    return None


EXERCISES = {
    "4.1": Number(
        lambda: np.linalg.norm([2, -6, 3]) * 28,
        hints={
            416.5: "That is the charge before rescaling.",
            392: "The charge has a factor one half: half of two equal squares' sum.",
            98: "That is one of two equal parts.",
            2: "That is the factor t. The check is about the charge.",
        },
    ),
    "4.2": Number(
        lambda: np.log(100) / (2 * 0.05),
        hints={
            np.log(100) / 0.05: "The squares fade twice as fast as the weights.",
            np.log(10) / 0.05 / 2: "The difference itself is 0.01, not its square.",
        },
        tolerance=2e-4,
    ),
    "4.3": Number(
        lambda: 1.5 * 8 ** (2 / 3),
        hints={
            12: "Do not forget the factor one half.",
            8: "That is the answer for two layers.",
            4: "That is one square: add three of them and halve.",
        },
    ),
    "4.4": Accept(_four_neurons, expects="a pair of arrays, (2, m) and (m,)"),
}
