"""The answers of Part V: sampling and optimization."""

from .answers import Choice, Number

EXERCISES = {
    "36.1": Number(
        lambda: [0.574236, 0.233810],
        hints={
            (0.2338, 0.5742): "The other way around: the walk is the second.",
            (0.2871, 0.1169): "Twice that: the acceptance is twice a probability.",
        },
        tolerance=1e-3,
        because="57 % where L spreads like the third power of the step, 23 % where like the first.",
    ),
    "36.2": Number(
        lambda: [4.875, (15 / 4.875) ** (1 / 3)],
        hints={
            (4.875, 15 / 4.875): "The jump goes with K to the power -2/3, and K squared with the moment.",
            (
                4.875,
                (15 / 4.875) ** 0.5,
            ): "A third root: K squared goes with the moment, the jump with K^(-2/3).",
        },
        tolerance=1e-3,
    ),
    "36.3": Number(
        lambda: [1, 15, -0.2],
        hints={
            (1, 15, 0.2): "The sign: 20 b + 4 = 0.",
            (0, 15, -0.2): "At b = 0 the second term is left.",
        },
        because="Best, too: a g that leans a little more than MALA's.",
    ),
    "36.4": Number(
        lambda: -0.5,
        hints={
            -1 / 3: "That is for a smooth g.",
            0.5: "It falls.",
            -0.25: "That is the step; the jump is its square.",
            -1.0: "That is the random walk.",
        },
    ),
    "38.1": Number(
        lambda: [6, 18],
        hints={
            (2, 6): "J enters on both sides.",
            (6, 0): "The weights do not answer then, and the state costs more.",
        },
    ),
    "38.2": Number(
        lambda: [160, 970],
        hints={
            (128, 970): "The widest state is the last one.",
            (160, 912): "With the biases.",
        },
        because="The first does not grow with the number of weights.",
    ),
    "38.3": Choice("b", hints={"a": "Two layers multiply: dW meets a state that has moved."}),
}
