"""Over every pattern of the data: what is decided although the patterns cannot be listed.

`everywhere` is the door: it asks the others in turn. `closed_forms` are theorems. For a linear plant in the
skip network `by_signs` makes a verdict of what `searching` finds: `lines` merges rows that are parallel,
`sparse_dual` looks for a dual vector with few of them, `sweeps` for patterns on which it fails, `tree` for a
proof that there is none, with witnesses and circuits from `realizable`. `cutting_planes` do for other
networks what they can, and `evidence` says what holds over all patterns of what was found over some.
"""
