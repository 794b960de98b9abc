"""A saved verdict checked in exact arithmetic: ``python by_fractions.py FILE`` (its format: ``files.py``).

By Python's standard library alone, to be read in one sitting. Every number in a file is a binary fraction,
and `Fraction` calculates with these exactly. Only lengths are bounded, by fractions that are a share of at
most 2^-199 off. So what is accepted is proved:

* recovered: near the stored dual vector one meets the planted equations and reaches less than 1 on every
  other block; over all patterns, besides, as many patterns are there as Cover's count allows;
* not-recovered: near the stored interpolant an exact one costs less than the plant;
* not-unique: planted weights give their output in another block too, or other normalized weights do.
"""

import hashlib
import json
import math
import struct
import sys
from fractions import Fraction as Q

CLOSE = Q(1, 10**8)  # what stored evidence may miss; a proof repairs rounding, not a wrong vector
BLUR = Q(1, 2**198)  # what a number divided by a `length` is off, as a share of it
PAIRS = ("linear", "skip"), ("relu", "plain"), ("relu", "skip"), ("normalized", "normalized")
EVIDENCE = ("isometry", "dual", "socp", "closed-form", "competitor", "all-ones")


class NotProved(ValueError):
    """Evidence that fails, or that this checker cannot prove; the message says where."""


def demand(what, holds):
    if not holds:
        raise NotProved(what)


def read(path):
    """The fields and arrays of a file; arrays are nested lists of fractions or of True and False."""
    with open(path, "rb") as file:
        first, rest = file.readline().split(), file.read()
    demand("not a relulab file", len(first) == 4 and first[:2] == [b"relulab", b"file"])
    demand(f"version {first[2].decode('ascii', 'replace')}, not 1, of the format", first[2] == b"1")
    demand("cut short, damaged or edited", hashlib.sha256(rest).hexdigest().encode() == first[3])
    head, _, data = rest.partition(b"\n")
    header, arrays, start = json.loads(head), {}, 0
    demand(f"it holds {header['kind']!r}, not a verdict", header["kind"] == "verdict")
    for entry in header["arrays"]:
        size, code = math.prod(entry["shape"]), {"float64": "d", "int64": "q", "bool": "B"}[entry["type"]]
        numbers = struct.unpack_from(f"<{size}{code}", data, start)
        start += size * struct.calcsize(f"<{code}")
        fine = all(x in (0, 1) if code == "B" else math.isfinite(x) for x in numbers)
        demand(f"{entry['name']}: a number is not finite, or a bit neither 0 nor 1", fine)
        array = [bool(x) if code == "B" else Q(x) for x in numbers]
        for step in entry["shape"][:0:-1]:
            array = [array[i : i + step] for i in range(0, len(array), step)]
        arrays[entry["name"]] = array
    demand("bytes follow the last array", start == len(data))
    return header["fields"], arrays


def dot(a, b):
    return sum((x * y for x, y in zip(a, b, strict=True) if x and y), Q(0))


def times(A, v):
    return [dot(row, v) for row in A]


def products(columns):
    return [times(columns, column) for column in columns]


def transposed(A):
    return [list(column) for column in zip(*A, strict=True)]


def root(q, up):
    """A fraction above (up = 1) or below (up = 0) the square root of q >= 0."""
    bits = 200 + max(0, q.denominator.bit_length() - q.numerator.bit_length())
    return Q(math.isqrt((q.numerator << 2 * bits) // q.denominator) + up, 1 << bits) if q else q


def length(v, up=1):
    return root(dot(v, v), up)


def eliminate(G, *vectors):
    """The rank of G, and for each v above ``sqrt(v^T G^-1 v)``, in a basis of its range if G is singular."""
    rows, rank, sums = [list(row) for row in zip(*G, *vectors, strict=True)], 0, [Q(0)] * len(vectors)
    for i, row in enumerate(rows):  # G is positive semidefinite: a pivot is zero only if its row is
        demand("what is missed is out of reach of the blocks", row[i] or not any(row[len(G) :]))
        if row[i]:
            rank, sums = rank + 1, [t + v * v / row[i] for t, v in zip(sums, row[len(G) :], strict=True)]
        for other in rows[i + 1 :]:
            if share := other[i] / (row[i] or 1):
                other[i:] = [a - share * b for a, b in zip(other[i:], row[i:], strict=True)]
    return rank, [root(q, 1) for q in sums]


class Problem:  # data, neurons, their outputs, and patterns; masks are lists of rows
    def __init__(self, fields, arrays):
        self.X, self.form, pair = arrays["plant X"], fields["form"], (fields["plant kind"], fields["network"])
        demand(f"{self.form}, {pair}: unknown", self.form in ("gated", "exact") and pair in PAIRS)
        self.linear, self.normalized = pair[0] == "linear", pair[0] == "normalized"
        self.skip = int(pair[1] == "skip")
        self.masks = [[True] * len(self.X)] * self.skip + transposed(arrays["masks"])
        self.coned = [self.form == "exact" and j >= self.skip for j in range(len(self.masks))]
        self.neurons, self.signs = transposed(arrays["plant weights"]), arrays["plant signs"]
        demand("the signs of the planted neurons", set(self.signs) <= {1, -1})
        self.columns, self.size = transposed(self.X), length([x for row in self.X for x in row])
        self.gates = transposed(arrays["gates"]) if "gates" in arrays else None
        self.values = [times(self.X, w) for w in self.neurons]
        self.home = [0 if self.linear else self.find(value) for value in self.values]
        outputs = self.values if self.linear else [[max(v, Q(0)) for v in value] for value in self.values]
        self.lengths = [length(v, 0) for v in (outputs if self.normalized else self.neurons)]
        demand("a planted neuron is silent, or zero", all(self.lengths))
        self.low = Q(len(outputs)) if self.normalized else sum(self.lengths)
        shares = [
            s / size if self.normalized else s for s, size in zip(self.signs, self.lengths, strict=True)
        ]
        self.outputs = [[s * v for v in f] for f, s in zip(outputs, shares, strict=True)]
        self.y = [sum(column, Q(0)) for column in zip(*self.outputs, strict=True)]

    def find(self, value):
        mask, masks = [v >= 0 for v in value], self.masks[self.skip :]
        demand("a planted neuron has no pattern", max(value) <= 0 or mask in masks)
        return self.skip + masks.index(mask) if max(value) > 0 else -1

    def on(self, j):  # the columns of D_j X
        return transposed([[x * on for x in row] for row, on in zip(self.X, self.masks[j], strict=True)])


def prove_recovered(problem, dual, multipliers):
    """Block after block, an upper bound of how far a vector that meets the planted equations reaches."""
    demand("a planted neuron is silent", min(problem.home) >= 0)
    columns, parts, d = [column for j in problem.home for column in problem.on(j)], [], len(problem.columns)
    for i, j in enumerate(problem.home):  # what each neuron asks for
        g = [problem.signs[i] * v / problem.lengths[i] for v in problem.neurons[i]]
        g = times(problem.on(j), problem.outputs[i]) if problem.normalized else g
        parts.append([Q(0)] * (i * d) + g + [Q(0)] * (len(columns) - (i + 1) * d))
    missed = [sum(g) - dot(c, dual) for c, *g in zip(columns, *parts, strict=True)]
    rank, (lack, *blurs) = eliminate(products(columns), missed, *parts)
    ranks = sum(eliminate(products(problem.on(j)))[0] for j in problem.home)
    demand("the planted blocks depend on one another", rank == ranks)
    demand("planted equations", (lack if problem.normalized else length(missed)) <= CLOSE)
    shift = lack + BLUR * sum(blurs)  # the lengths are a share of at most BLUR off
    signs = dict(zip(problem.home, problem.signs, strict=True))
    for j in range(len(problem.masks)):
        for side in (1, -1) if problem.coned[j] else (1,):
            if j not in signs or (problem.coned[j] and signs[j] != side):
                reached = reach(problem, j, side, dual, multipliers.get((j, side)), shift)
                demand(f"block {j}: it is reached as far as 1", reached < 1)


def reach(problem, j, side, dual, m, shift):
    tries = [[side * v * on for v, on in zip(dual, problem.masks[j], strict=True)]]
    if m is not None and problem.coned[j]:
        demand("multipliers are negative", min(m) >= 0)
        tries.append([v + (x if on else -x) for v, x, on in zip(tries[0], m, problem.masks[j], strict=True)])
    if not problem.normalized:
        return min(length(times(problem.columns, v)) for v in tries) + problem.size * shift
    far = length(tries[0] if problem.form == "gated" else [max(v, Q(0)) for v in tries[0]]) + shift
    while far >= 1 and tries:
        far = eliminate(products(problem.on(j)), times(problem.columns, tries.pop(0)))[1][0] + shift
    return far


def prove_cheaper(problem, parts):
    """What the stored competitor costs, and what it costs at most to make it give the labels exactly."""
    spent, missed, lacks = Q(0), [-v for v in problem.y], [Q(0)] * len(problem.masks)
    rooms = [room(problem, j) for j in range(len(problem.masks))]
    for sign, j, w in neurons(parts):
        values, mask = times(problem.X, w), problem.masks[j]
        own = [v * on for v, on in zip(values, mask, strict=True)]
        spent += length(own if problem.normalized else w)
        missed = [a + sign * b for a, b in zip(missed, own, strict=True)]
        demand("a negative skip neuron", sign == 1 or j >= problem.skip)
        if problem.coned[j]:
            outside = [-v if on else v for v, on in zip(values, mask, strict=True)]
            demand(f"block {j}: its gate is not inside its cell", rooms[j] or max(outside) <= 0)
            pairs = zip(outside, rooms[j][1], strict=True) if rooms[j] else []
            lacks[j] = max([lacks[j], *(v / r for v, r in pairs if v > 0)])
    demand("the competitor misses labels", length(missed) <= CLOSE * length(problem.y) + Q(1, 10**15))
    roomy = [j for j, found in enumerate(rooms) if found]
    seen = [sum(problem.masks[j][i] << j for j in roomy) for i in range(len(problem.X))]  # as bits
    pairs = list(zip(problem.X, seen, strict=True))
    G = [[dot(x, z) * (a & b).bit_count() for z, b in pairs] for x, a in pairs]
    step, *blurs = eliminate(G, missed, *problem.outputs)[1] if any(missed) or problem.normalized else [Q(0)]
    step += BLUR * sum(blurs) if problem.normalized else 0
    into = sum(2 * rooms[j][0] * (lacks[j] + rooms[j][2] * step) for j in roomy)
    price = (step * root(Q(len(roomy)), 1) + into) * (problem.size if problem.normalized else 1)
    demand("the competitor is not cheaper", spent + price < problem.low)


def neurons(parts):
    return [(1 - 2 * side, j, w) for side, part in enumerate(parts) for j, w in enumerate(part) if any(w)]


def room(problem, j):
    """Of a cone's interior point its length, its room on each row, and how much of it a unit step needs."""
    if not problem.coned[j]:
        return Q(0), [], Q(0)
    demand("without gates no interior point is known", problem.gates is not None)
    g = problem.gates[j - problem.skip]
    rooms = [v if on else -v for v, on in zip(times(problem.X, g), problem.masks[j], strict=True)]
    loud = [(length(x), r) for x, r in zip(problem.X, rooms, strict=True) if any(x)]
    if all(r > 0 for _, r in loud):
        return length(g), rooms, max((size / r for size, r in loud), default=Q(0))


def prove_second(problem, parts):
    """The competitor's neurons are planted ones, some moved to blocks that give them the same output."""
    left, moved = list(range(len(problem.neurons))), False
    for sign, j, w in neurons(parts):
        fits = [i for i in left if stays(problem, i, sign, j) and gives(problem, i, sign, j, w)]
        if not fits:
            return other_weights(problem, neurons(parts))
        left.remove(fits[0])
        moved |= problem.home[fits[0]] != j
    demand("a tie to rounding only", moved and not left)


def stays(problem, i, sign, j):
    """Whether a planted neuron's weights give its output in block j as well, and in its cone."""
    pairs = list(zip(problem.values[i], problem.masks[j], strict=True))
    given = all(v * on == (v if problem.linear else max(v, 0)) for v, on in pairs)
    inside = (sign * problem.signs[i] * (v if on else -v) >= 0 for v, on in pairs)
    return given and (all(inside) if problem.coned[j] else sign == 1)


def gives(problem, i, sign, j, w):
    """Whether stored weights give nearly the output of a planted neuron."""
    pairs = zip(times(problem.X, w), problem.masks[j], problem.outputs[i], strict=True)
    return length([sign * v * on - t for v, on, t in pairs]) <= CLOSE * length(problem.outputs[i])


def other_weights(problem, used):
    """One normalized neuron with the output of the planted one: rational weights near the stored ones."""
    demand("a tie to rounding only", problem.normalized and len(used) == len(problem.neurons) == 1)
    ((sign, j, w),), gated = used, problem.form == "gated"
    demand("a tie to rounding only", problem.home[0] not in (-1, j) and gives(problem, 0, sign, j, w))
    demand("a tie to rounding only", gated or sign == problem.signs[0])
    near = [sign * problem.signs[0] * problem.lengths[0] * x for x in w]
    rows = list(zip(problem.X, problem.masks[j], (max(v, Q(0)) for v in problem.values[0]), strict=True))
    missed = [t - dot(x, near) for x, own, t in rows if own]
    _, (step,) = eliminate(products([x for x, own, _ in rows if own]), missed)
    off = [(t, dot(x, near) + length(x) * step) for x, own, t in rows if not own]
    demand("the second neuron is outside its cone", all(not t and (gated or v <= 0) for t, v in off))


def prove_patterns(problem, used, complete):
    """The patterns that the evidence uses are real; complete: they are all that there can be."""
    demand("patterns without gates", problem.gates is not None)
    for j in used:
        values = times(problem.X, problem.gates[j - problem.skip])
        for x, v, on in zip(problem.X, values, problem.masks[j], strict=True):
            demand("a gate is not inside its cell", (v > 0 if on else v < 0) if any(x) else on)
    if complete:
        n, d = sum(map(any, problem.X)), len(problem.X[0])
        masks = set(map(tuple, problem.masks[problem.skip :]))
        cells = len(masks) + any(map(all, masks))
        most = 2 * sum(math.comb(n - 1, k) for k in range(min(n, d)))
        demand(f"{cells} patterns, where there can be {most}", cells >= most)


def check_exactly(path):
    """Prove a saved verdict; what is proved, in words. NotProved where it fails or is not covered."""
    try:
        return prove(*read(path))
    except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, struct.error) as error:
        wrong = NotProved(f"something is missing, or of another shape: {error}")
        raise error if isinstance(error, NotProved) else wrong from None


def prove(fields, arrays):
    evidence, status = fields["evidence"], fields["status"]
    demand("undecided: nothing is claimed", status != "undecided")
    demand(f"{evidence!r}: this checker does not know that kind of evidence", evidence in EVIDENCE)
    problem = Problem(fields, arrays)
    blocks = range(problem.skip, len(problem.masks))
    if status == "recovered":
        demand("a theorem: not covered here", not fields["everywhere"] or evidence != "closed-form")
        places = zip(arrays.get("multipliers blocks", []), arrays.get("multipliers sides", []), strict=True)
        stored = dict(zip(places, arrays.get("multipliers values", []), strict=True))
        prove_recovered(problem, arrays["dual"], stored)
        used, words = blocks, "the plant is the unique solution"
    else:
        demand(f"{status}: nothing is claimed", status in ("not-recovered", "not-unique"))
        parts = arrays["competitor"] if problem.form == "exact" else [arrays["competitor"]]
        sizes = [len(problem.masks)] * (1 + (problem.form == "exact"))
        demand("a block is missing", list(map(len, parts)) == sizes)
        (prove_cheaper if status == "not-recovered" else prove_second)(problem, parts)
        used = [j for j in blocks if any(any(part[j]) for part in parts)]
        words = f"another interpolant costs {'less' if status == 'not-recovered' else 'as much'}"
    if fields["everywhere"]:
        prove_patterns(problem, used, complete=status == "recovered")
    return words


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(f"{name}: proved in exact arithmetic: {check_exactly(name)}")
