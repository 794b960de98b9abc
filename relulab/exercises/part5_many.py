"""The answers of Part V: overparameterization."""

from .answers import Choice, Number

EXERCISES = {
    "29.1": Number(
        lambda: 0.125,
        hints={
            8: "The share, not the number of aliases.",
            1 / 64: "Only the aliases share, not all frequencies.",
        },
    ),
    "29.2": Number(
        lambda: 0.6,
        hints={
            0.4: "That is what is kept.",
            1 - (60 / 150) ** 2: "Of the squared length, the share kept is n / p.",
        },
    ),
    "29.3": Number(
        lambda: 0.95 + 0.05 * (1 + 40 / 759),
        hints={
            1.05: "That is the risk of predicting zero.",
            0.95 + 0.05: "Fitting the noise costs, too: n / (p - n - 1) of it.",
            0.95 + 0.05 * 40 / 759: "The new sample has noise, too.",
        },
        tolerance=1e-4,
        because="Hardly better than nothing.",
    ),
    "30.1": Number(lambda: 0.75, hints={0.25: "That is the share that is kept."}),
    "30.2": Number(
        lambda: [100, 0.75],
        hints={
            (100, 0.5): "That is n / p*. Add what noise leaves there.",
            (100, 0.25): "That is noise alone. The bias is there, too.",
            (75, 0.75): "n over 1 - tau.",
        },
        because="Below 1, but not by much.",
    ),
    "30.3": Number(
        lambda: 0.8505,
        hints={0.81: "Samples are few: there is a second term.", 0.85: "p + 1, not p."},
        tolerance=1e-4,
    ),
    "31.1": Number(
        lambda: 2360,
        hints={
            2260: "Imitation has twice the batch.",
            4560: "A step of imitation concerns one block of twelve.",
            3360: "A step of imitation concerns one block of twelve.",
            820: "A wide step is eight thin ones.",
            720: "A wide step is eight thin ones.",
        },
        because="Most is the wide network.",
    ),
    "31.2": Choice(
        "a",
        hints={"b": "She does not pay for it again.", "c": "Nobody waits so long."},
    ),
    "31.3": Number(
        lambda: 0.3 * 4**-1.7,
        hints={0.075: "Faster than one over h.", 0.3 * 16**-1.7: "From 4 to 16 is a factor of four."},
        tolerance=1e-3,
    ),
    "32.1": Number(
        lambda: [29, 5],
        hints={
            (35, 5): "The operators of a layer add up to 1: one a layer is spare, but the constant is not.",
            (28, 5): "And the constant.",
            (29, 4): "Five counts that add up to seven: the constant is one of their combinations.",
            (29, 6): "The constant is a combination of the counts.",
        },
    ),
    "32.2": Number(
        lambda: 2 / 3,
        hints={5 / 6: "That is the share ordered alike. Subtract the share ordered differently."},
    ),
    "32.3": Number(
        lambda: [13 / 256, 4 / 256],
        hints={
            (16 / 256, 4 / 256): "Sixteen numbers, of which three are spare.",
            (13 / 256, 3 / 256): "The constant counts, too.",
        },
        because="Under 6 and under 2 percent.",
    ),
}
