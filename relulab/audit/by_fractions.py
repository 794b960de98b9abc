"""A saved verdict checked in exact arithmetic, by Python's standard library alone: to be read in one sitting.

Every number in the file is a binary fraction, and Python's `Fraction` adds and multiplies these exactly. Only
square roots are bounded, by fractions that are a share of at most 2^-199 off. So what is accepted is proved:

* recovered: a vector that meets the planted equations exists near the stored one, and reaches less than 1 on
  every other block; over all patterns, besides, as many patterns are there as Cover's count allows;
* not-recovered: an interpolant exists near the stored one and costs less than the plant;
* not-unique: planted weights give their output in another block too, or one normalized neuron with other
  weights gives it.

Floating point gives guesses only: of a matrix in `triangle`, whose defect is measured, and of a scale.
Usage: ``python by_fractions.py FILE``. The format of the file is described in ``files.py``.
"""

import hashlib
import json
import math
import struct
import sys
from fractions import Fraction as Q

CLOSE = Q(1, 10**8)  # what stored evidence may miss; a proof repairs rounding, not a wrong vector
BLUR = Q(1, 2**198)  # what a number divided by a `length` is off, as a share of it


class NotProved(ValueError):
    """Evidence that fails, or that this checker cannot prove; the message says where."""


def demand(what, holds):
    """Go on only where an inequality holds."""
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
        size, code = math.prod(entry["shape"]), {"float64": "d", "int64": "q", "bool": "?"}[entry["type"]]
        numbers = struct.unpack_from(f"<{size}{code}", data, start)
        start += size * struct.calcsize(f"<{code}")
        demand(f"{entry['name']}: a number is not finite", code != "d" or all(map(math.isfinite, numbers)))
        flat = [number if code == "?" else Q(number) for number in numbers]
        arrays[entry["name"]] = nested(flat, entry["shape"])
    return header["fields"], arrays


def nested(flat, shape):
    if len(shape) < 2:
        return flat
    step = math.prod(shape[1:])
    return [nested(flat[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]


def dot(a, b):
    return sum((x * y for x, y in zip(a, b, strict=True) if x and y), Q(0))


def times(A, v):
    return [dot(row, v) for row in A]


def transposed(A):
    return [list(column) for column in zip(*A, strict=True)]


def root(q, up):
    """A fraction above (up = 1) or below (up = 0) the square root of q >= 0."""
    bits = 200 + max(0, q.denominator.bit_length() - q.numerator.bit_length())
    return Q(math.isqrt((q.numerator << 2 * bits) // q.denominator) + up, 1 << bits)


def length(v, up=1):
    return root(dot(v, v), up)


def size_of(A):
    return length([x for row in A for x in row])  # at least the norm of the matrix


def triangle(G):
    """A guess, in floating point, at T with T^T G T = I: the inverse of Cholesky's factor, as columns."""
    m, G = len(G), [[float(g) for g in row] for row in G]
    L = [[0.0] * m for _ in range(m)]
    for i in range(m):
        for j in range(i + 1):
            rest = G[i][j] - sum(L[i][k] * L[j][k] for k in range(j))
            demand("the columns are dependent, or too near to it", i != j or rest > 0)
            L[i][j] = math.sqrt(rest) if i == j else rest / L[j][j]
    inverse = [[0.0] * m for _ in range(m)]
    for j in range(m):
        for i in range(j, m):
            done = sum(L[i][k] * inverse[k][j] for k in range(j, i))
            inverse[i][j] = ((i == j) - done) / L[i][i]
    return [[Q(x) for x in row] for row in inverse]  # row i of L^-1 is column i of T


def triangle_and_share(G):
    """T, and an upper bound of ``1 / sqrt(1 - ||I - T^T G T||)``, the share that a length may be short by."""
    T = triangle(G)
    GT = [times(G, column) for column in T]
    defect = length([dot(a, b) - (i == j) for i, a in enumerate(T) for j, b in enumerate(GT)])
    demand("the columns are dependent, or too near to it", defect < Q(1, 2))
    return T, 1 / root(1 - defect, 0)


def reduced(rows):
    """Gauss and Jordan's elimination, exactly: by its pivot's column, each row that is not zero."""
    found = {}
    for row in rows:
        for column, pivot in found.items():
            row = [a - row[column] * b for a, b in zip(row, pivot, strict=True)] if row[column] else row
        if (new := next((c for c, a in enumerate(row) if a), None)) is not None:
            row = [a / row[new] for a in row]
            for column, pivot in found.items():
                found[column] = [a - pivot[new] * b for a, b in zip(pivot, row, strict=True)]
            found[new] = row
    return found


def gram(columns):
    return [times(columns, column) for column in columns]


class Problem:
    """Data, neurons and patterns of a file, and the neurons' outputs; masks are lists of rows."""

    def __init__(self, fields, arrays):
        self.X, self.form, self.network = arrays["plant X"], fields["form"], fields["network"]
        self.linear, self.skip = fields["plant kind"] == "linear", int(self.network == "skip")
        n = len(self.X)
        self.masks = [[True] * n] * self.skip + transposed(arrays["masks"])
        self.neurons, self.signs = transposed(arrays["plant weights"]), arrays["plant signs"]
        self.columns, self.gates = transposed(self.X), arrays.get("gates")
        self.values = [times(self.X, w) for w in self.neurons]
        self.home = [0 if self.linear else self.find(value) for value in self.values]
        outputs = self.values if self.linear else [[max(v, Q(0)) for v in value] for value in self.values]
        if self.network == "normalized":
            demand("a planted neuron is silent", all(any(f) for f in outputs))
            outputs = [[v / length(f) for v in f] for f in outputs]
            self.low = Q(len(outputs))
        else:
            self.low = sum(length(w, 0) for w in self.neurons)
        self.outputs = outputs
        self.y = [dot(self.signs, column) for column in zip(*outputs, strict=True)]

    def find(self, value):
        mask = [v >= 0 for v in value]
        if not any(v > 0 for v in value):
            return -1
        demand("a planted neuron has no pattern", mask in self.masks[self.skip :])
        return self.skip + self.masks[self.skip :].index(mask)

    def on(self, j, independent=False):
        """The columns of D_j X, or those on which the others depend."""
        on = [[x if m else Q(0) for x, m in zip(c, self.masks[j], strict=True)] for c in self.columns]
        return [on[c] for c in sorted(reduced(transposed(on)))] if independent else on


def prove_recovered(problem, dual, multipliers):
    """Block after block, an upper bound of how far a vector that meets the planted equations reaches."""
    demand("a planted neuron is silent", min(problem.home) >= 0)
    normalized = problem.network == "normalized"
    blocks = [problem.on(j, independent=normalized) for j in problem.home]
    columns = [column for block in blocks for column in block]
    T, share = triangle_and_share(gram(columns))
    if normalized:
        owners = zip(blocks, problem.outputs, problem.signs, strict=True)
        wanted = [s * dot(c, f) for block, f, s in owners for c in block]
    else:
        wanted = [s * v / length(w) for w, s in zip(problem.neurons, problem.signs, strict=True) for v in w]
    missed = [g - dot(c, dual) for g, c in zip(wanted, columns, strict=True)]
    lack = length(times(T, missed))
    demand("planted equations", (lack if normalized else length(missed)) <= CLOSE)
    shift = (lack + size_of(T) * length(wanted) * BLUR) * share
    signs = dict(zip(problem.home, problem.signs, strict=True))
    for j in range(len(problem.masks)):
        for side in (1, -1) if problem.form == "exact" and j >= problem.skip else (1,):
            if j not in signs or (problem.form == "exact" and j >= problem.skip and signs[j] != side):
                reached = reach(problem, j, side, dual, multipliers.get((j, side)), shift)
                demand(f"block {j}: it is reached as far as 1", reached < 1)


def reach(problem, j, side, dual, m, shift):
    own = [side * v if on else Q(0) for v, on in zip(dual, problem.masks[j], strict=True)]
    lifted = own
    if m is not None:
        demand("multipliers are negative", min(m) >= 0)
        lifted = [v + (x if on else -x) for v, x, on in zip(own, m, problem.masks[j], strict=True)]
    if problem.network != "normalized":
        far = min(length(times(problem.columns, v)) for v in (own, lifted))
        return far + size_of(problem.X) * shift
    positive = own if problem.form == "gated" else [max(v, Q(0)) for v in own]
    if (far := length(positive) + shift) < 1:
        return far
    kept = sorted(reduced(transposed(problem.on(j))))
    T, share = triangle_and_share(gram([problem.on(j)[c] for c in kept]))
    free = [problem.columns[c] for c in kept]
    return min(length(times(T, times(free, v))) for v in (own, lifted)) * share + shift


def prove_cheaper(problem, parts):
    """What the stored competitor costs, and what it costs at most to make it give the labels exactly."""
    spent, y, lacks = Q(0), [-v for v in problem.y], [Q(0)] * len(problem.masks)
    gates = transposed(problem.gates) if problem.gates and problem.form == "exact" else []
    rooms = [room(problem, j, gates) for j in range(len(problem.masks))]
    for sign, part in zip((1, -1), parts, strict=False):
        for j, w in enumerate(part):
            if any(w):
                values = times(problem.X, w)
                own = [v if on else Q(0) for v, on in zip(values, problem.masks[j], strict=True)]
                spent += length(own if problem.network == "normalized" else w)
                y = [a + sign * b for a, b in zip(y, own, strict=True)]
                if problem.form == "exact" and j >= problem.skip:
                    signed = [v if on else -v for v, on in zip(values, problem.masks[j], strict=True)]
                    pairs = zip(signed, rooms[j][1], strict=True)
                    lacks[j] = max(lacks[j], max((-v / r for v, r in pairs if v < 0), default=Q(0)))
                demand("a negative skip neuron", sign == 1 or j >= problem.skip)
    demand("the competitor does not give the labels", length(y) <= CLOSE * length(problem.y) + Q(1, 10**15))
    if not any(y) and not any(lacks) and problem.network != "normalized":
        return demand("the competitor is not cheaper", spent < problem.low)
    seen = {}  # equal rows lack the same, and rows that nothing sees lack nothing
    for i, x in enumerate(problem.X):
        key = (*x, *(mask[i] for mask in problem.masks))
        if any(x) and any(mask[i] for mask in problem.masks):
            seen.setdefault(key, i)
    rows = list(seen.values())
    seeing = [sum(mask[i] << j for j, mask in enumerate(problem.masks)) for i in rows]  # as bits
    both = [[(a & b).bit_count() for b in seeing] for a in seeing]
    X = [problem.X[i] for i in rows]
    G = [[x * b for x, b in zip(times(X, x), line, strict=True)] for x, line in zip(X, both, strict=True)]
    T, share = triangle_and_share(G)
    step = (length(times(T, [y[i] for i in rows])) + size_of(T) * problem.low * BLUR) * share
    price = step * root(Q(len(problem.masks)), 1)
    if problem.form == "exact":
        for (size, _, thin), lack in zip(rooms, lacks, strict=True):
            price += 2 * size * (lack + thin * step)
    price *= size_of(problem.X) if problem.network == "normalized" else 1
    return demand("the competitor is not cheaper", spent + price < problem.low)


def room(problem, j, gates):
    """Of a cone's interior point its length, its room on each row, and how much of it a unit step needs."""
    if problem.form == "gated" or j < problem.skip:
        return Q(0), [], Q(0)
    demand("without gates no interior point is known", len(gates) > 0)
    g = gates[j - problem.skip]
    rooms = [v if on else -v for v, on in zip(times(problem.X, g), problem.masks[j], strict=True)]
    loud = [i for i, x in enumerate(problem.X) if any(x)]
    demand(f"block {j}: its gate is not inside its cell", all(rooms[i] > 0 for i in loud))
    return length(g), rooms, max((length(problem.X[i]) / rooms[i] for i in loud), default=Q(0))


def prove_second(problem, parts):
    """Only the all-ones block, where the planted weights give what they give anyway."""
    used = [(side, j) for side, part in enumerate(parts) for j, w in enumerate(part) if any(w)]
    demand("a tie: not covered here", problem.linear and len(used) == 1 and used[0][1] > 0)
    ((side, j),) = used
    sign = 1 - 2 * side
    demand("it is not the plant's neuron", parts[side][j] == [sign * w for w in problem.neurons[0]])
    demand("the block is not all ones", all(problem.masks[j]))
    demand("outside its cone", problem.form == "gated" or all(sign * v >= 0 for v in problem.values[0]))


def prove_patterns(problem, used, complete):
    """The patterns that the evidence uses are real; complete: they are all that there can be."""
    demand("patterns without gates", problem.gates is not None)
    for j in used:
        values = times(problem.X, transposed(problem.gates)[j - problem.skip])
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
    problem, status = Problem(fields, arrays), fields["status"]
    all_blocks = range(problem.skip, len(problem.masks))
    if status == "recovered":
        demand("a theorem: not covered here", not fields["everywhere"] or fields["evidence"] != "closed-form")
        places = zip(arrays.get("multipliers blocks", []), arrays.get("multipliers sides", []), strict=True)
        stored = dict(zip(places, arrays.get("multipliers values", []), strict=True))
        prove_recovered(problem, arrays["dual"], stored)
        used, words = all_blocks, "the plant is the unique solution"
    else:
        demand(f"{status}: nothing is claimed", status in ("not-recovered", "not-unique"))
        parts = arrays["competitor"] if problem.form == "exact" else [arrays["competitor"]]
        sizes = [len(problem.masks)] * (2 if problem.form == "exact" else 1)
        demand("a block is missing", [len(part) for part in parts] == sizes)
        (prove_cheaper if status == "not-recovered" else prove_second)(problem, parts)
        used = [j for j in all_blocks if any(any(part[j]) for part in parts)]
        words = f"another interpolant costs {'less' if status == 'not-recovered' else 'as much'}"
    if fields["everywhere"]:
        prove_patterns(problem, used, complete=status == "recovered")
    return words


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(f"{name}: proved in exact arithmetic: {check_exactly(name)}")
