"""Over every pattern of the data: what is decided although the patterns cannot be listed.

`everywhere` is the door: it asks the others in turn. `closed_forms` are theorems. For a linear plant in the
skip network `by_signs` makes a verdict of what `searching` finds: `lines` merges rows that are parallel,
`sparse_dual` looks for a dual vector with few of them, `sweeps` for patterns on which it fails, `tree` for a
proof that there is none, with witnesses and circuits from `realizable`, and `written` writes it down. For
ReLU neurons in the gated program `by_blocks` does the same with the dual vector of `planted_dual`.
`cutting_planes` do for other networks what they can, and `evidence` says what holds over all patterns.
"""
