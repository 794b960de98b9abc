"""The same statements proved in ball arithmetic: every number is an interval that holds the true one.

python-flint's `arb` carries the rounding errors along by itself. So equations are not bounded but solved,
with an enclosure: the vector that meets the planted equations, the repair of a competitor. Written apart from
the proofs in float64, and slower. Install the extra ``proofs`` for it.
"""

import numpy as np

from .arithmetic import NotProved, require

BITS = 106
MET = 1e-8  # what stored evidence may miss, as everywhere


class Balls:
    """A problem in balls: data, masks (lists of rows of each block), neurons and their outputs."""

    def __init__(self, plant, masks, network, form):
        try:
            import flint
        except ImportError:
            raise ImportError("arithmetic='balls' needs python-flint: pip install relulab[proofs]") from None
        flint.ctx.prec = BITS
        self.arb, self.mat = flint.arb, flint.arb_mat
        self.fraction, self.exact = flint.fmpq, flint.fmpq_mat
        self.X, self.network, self.form, self.linear = plant.X, network, form, plant.kind == "linear"
        self.skip, n = int(network == "skip"), len(plant.X)
        self.masks = np.vstack([np.ones((self.skip, n), dtype=bool), masks.T])
        self.neurons, self.signs = plant.weights.T, plant.signs
        values = self.matrix(plant.X) * self.matrix(plant.weights)
        self.home, self.sides, outputs = [], [], []
        for i in range(len(self.neurons)):
            column = [values[row, i] for row in range(n)]
            positive = [self.positive(plant.X[row], self.neurons[i], v) for row, v in enumerate(column)]
            self.sides.append(np.array(positive))
            self.home.append(0 if self.linear else self.find(positive, i))
            if not self.linear:
                column = [v if side > 0 else self.arb(0) for v, side in zip(column, positive, strict=True)]
            outputs.append(column)
        self.low = sum((self.length(self.vector(w)) for w in self.neurons), self.arb(0))
        if network == "normalized":
            self.low = self.arb(len(outputs))
            lengths = [self.length(self.mat(n, 1, f)) for f in outputs]
            outputs = [[v / size for v in f] for f, size in zip(outputs, lengths, strict=True)]
        self.outputs = [self.mat(n, 1, f) for f in outputs]
        signed = [self.arb(s) * f for s, f in zip(self.signs.tolist(), self.outputs, strict=True)]
        self.y = sum(signed[1:], signed[0])

    def matrix(self, A):
        return self.mat(A.shape[0], A.shape[1], [self.arb(a) for a in A.ravel().tolist()])

    def vector(self, v):
        return self.matrix(np.reshape(v, (-1, 1)))

    def length(self, v):
        return (v.transpose() * v)[0, 0].nonnegative_part().sqrt()

    def rational(self, rows):
        """A matrix of floats, exactly."""
        numbers = [self.fraction(*float(a).as_integer_ratio()) for row in rows for a in row]
        return self.exact(len(rows), len(rows[0]), numbers)

    def positive(self, x, w, value):
        """The sign of ``x^T w``, exact: in integers where the ball holds zero."""
        if value > 0 or value < 0:
            return 1 if value > 0 else -1
        ratios = [
            (a.as_integer_ratio(), b.as_integer_ratio()) for a, b in zip(x.tolist(), w.tolist(), strict=True)
        ]
        shared = max(a[1] * b[1] for a, b in ratios)  # powers of two: the largest is a common denominator
        total = sum(a[0] * b[0] * (shared // (a[1] * b[1])) for a, b in ratios)
        return (total > 0) - (total < 0)

    def find(self, signs, i):
        if max(signs) <= 0:
            return -1
        found = (self.masks[self.skip :] == (np.array(signs) >= 0)).all(axis=1)
        if not found.any():
            raise NotProved(f"no pattern in S is exactly that of planted neuron {i}")
        return self.skip + int(found.argmax())

    def block(self, j):
        """``D_j X``."""
        return self.matrix(self.X * self.masks[j][:, None])

    def solve(self, A, b, what):
        try:
            return A.solve(b)
        except ZeroDivisionError:
            raise NotProved(f"{what}: the matrix may be singular") from None


def prove_recovered(problem, dual, multipliers):
    """An upper bound, below 1, of how far the enclosed dual vector reaches off the plant."""
    require("planted blocks: the smallest index", min(problem.home), ">=", 0)
    B = problem.matrix(np.hstack([problem.X * problem.masks[j][:, None] for j in problem.home]))
    wanted = []
    for j, w, f, s in zip(
        problem.home, problem.neurons, problem.outputs, problem.signs.tolist(), strict=True
    ):
        v = problem.vector(w)
        g = problem.block(j).transpose() * f if problem.network == "normalized" else v / problem.length(v)
        wanted += [problem.arb(s) * g[i, 0] for i in range(len(w))]
    dual = problem.vector(dual)
    missed = problem.mat(len(wanted), 1, wanted) - B.transpose() * dual
    try:
        moved = problem.solve(B.transpose() * B, missed, "planted blocks")
    except NotProved:
        if problem.network != "normalized":
            raise
        B, missed = _independent(problem, missed)
        moved = problem.solve(B.transpose() * B, missed, "planted blocks")
    far = problem.length(B * moved) if problem.network == "normalized" else problem.length(missed)
    require("planted equations: ||A_J^T dual - g||", float(far.mid()), "<=", MET)
    dual = dual + B * moved
    own = dict(zip(problem.home, problem.signs.tolist(), strict=True))
    reach = 0.0
    for j in range(len(problem.masks)):
        two = problem.form == "exact" and j >= problem.skip
        for side in (1, -1) if two else (1,):
            if j in own and (not two or own[j] == side):
                continue
            square = _square(problem, j, side, dual, multipliers.get((j, side)))
            if not square < 1:
                raise NotProved(f"block {j}, side {side}: ||A_j^T dual||^2 is only known to be in {square}")
            reach = max(reach, float(square.sqrt().upper()))
    return reach


def pivots(A):
    """The columns of an exact matrix on which the others depend."""
    reduced, rank = A.rref()
    return [next(c for c in range(A.ncols()) if reduced[r, c] != 0) for r in range(rank)]


def _independent(problem, missed):
    """The equations ``X^T D (dual - f) = 0`` of normalized blocks, for columns on which the others depend."""
    blocks = [problem.X * problem.masks[j][:, None] for j in problem.home]
    d = blocks[0].shape[1]
    kept = [i * d + c for i, block in enumerate(blocks) for c in pivots(problem.rational(block.tolist()))]
    left = problem.mat(len(kept), 1, [missed[c, 0] for c in kept])
    return problem.matrix(np.hstack(blocks)[:, kept]), left


def _square(problem, j, side, dual, m):
    """The square of how far a dual vector reaches on one side of a block, or more."""
    own = [problem.arb(side) * dual[i, 0] if on else problem.arb(0) for i, on in enumerate(problem.masks[j])]
    tries = [own]
    if m is not None:
        more = np.where(problem.masks[j], m, -m).tolist()
        tries.append([v + problem.arb(x) for v, x in zip(own, more, strict=True)])
    X = problem.matrix(problem.X).transpose()
    if problem.network == "normalized":
        kept = own if problem.form == "gated" else [v for v in own if not v <= 0]
        square = sum((v * v for v in kept), problem.arb(0))
        if square < 1:
            return square
        columns = pivots(problem.rational((problem.X * problem.masks[j][:, None]).tolist()))
        A = problem.matrix((problem.X * problem.masks[j][:, None])[:, columns])
        X, gram = problem.matrix(problem.X[:, columns]).transpose(), A.transpose() * A
        if len(columns) < problem.X.shape[1]:
            tries = [own]  # weights that the block does not see may leave its cone
    for v in tries:
        q = X * problem.mat(len(v), 1, v)
        z = q if problem.network != "normalized" else problem.solve(gram, q, f"block {j}")
        square = (q.transpose() * z)[0, 0]
        if square < 1:
            break
    return square


def prove_cheaper(problem, W, gates):
    """An upper bound of what an interpolant near the competitor costs, as a share of the plant's cost."""
    parts = W if W.ndim == 3 else W[None]
    n, spent, lack = len(problem.X), problem.arb(0), {}
    e, X = -problem.y, problem.matrix(problem.X)
    rooms = _rooms(problem, gates) if problem.form == "exact" else {}
    for side, j in zip(*np.nonzero(parts.any(axis=2)), strict=True):
        w = problem.vector(parts[side, j])
        values = X * w
        own = problem.mat(n, 1, [values[i, 0] if on else 0 for i, on in enumerate(problem.masks[j])])
        spent += problem.length(own if problem.network == "normalized" else w)
        e = e - own if side else e + own
        if problem.form == "exact" and j >= problem.skip and j not in rooms:
            _require_inside(problem, parts[side, j], values, j)
        elif problem.form == "exact" and j >= problem.skip:
            signs = np.where(problem.masks[j], 1, -1).tolist()
            outside = [-problem.arb(s) * values[i, 0] for i, s in enumerate(signs)]
            pairs = ((outside[i], room) for i, room in rooms[j][1].items() if not outside[i] <= 0)
            lack[j] = max([lack.get(j, problem.arb(0)), *((out / room).upper() for out, room in pairs)])
        require("skip block: a negative part", int(side and j < problem.skip), "<=", 0)
    close = MET * float(problem.length(problem.y).mid()) + 1e-15 * np.linalg.norm(problem.X)
    require("competitor: residual", float(problem.length(e).mid()), "<=", close)
    active = [
        j for j in range(len(problem.masks)) if problem.form == "gated" or j < problem.skip or j in rooms
    ]
    step = _step(problem, e, problem.masks[active])
    repair = step * problem.arb(len(active)).sqrt()
    for j, (size, _, thin) in rooms.items():
        repair += 2 * size * (lack.get(j, problem.arb(0)) + thin * step)
    if problem.network == "normalized":
        largest = problem.length(problem.vector(problem.X.ravel()))
        repair = repair * largest
    price = spent + repair
    if not price < problem.low:
        raise NotProved(
            f"competitor: cost and repair are only known to be {price}, the plant's {problem.low}"
        )
    return float((price / problem.low).upper())


def _require_inside(problem, w, values, j):
    """A cone without a known interior point has no room for rounding: exact signs."""
    signs = np.where(problem.masks[j], 1, -1).tolist()
    for i, (x, sign) in enumerate(zip(problem.X, signs, strict=True)):
        if sign * problem.positive(x, w, values[i, 0]) < 0 and x.any():
            raise NotProved(f"block {j}: its gate is not inside its cell, and its neuron not in its cone")


def _step(problem, e, masks):
    """``sqrt(e^T G^-1 e)``: how far the blocks with these masks must move together to give the labels.

    Where G is singular, some rows of the blocks depend on others: it is enough to mend those.
    """
    if all(e[i, 0].is_zero() for i in range(len(problem.X))):
        return problem.arb(0)
    loud = problem.X.any(axis=1)
    if (loud & problem.masks.any(axis=0) & ~masks.any(axis=0)).any():
        raise NotProved("Gram matrix: a row that no block with room sees")
    seen = np.hstack([problem.X, problem.masks.T])
    rows = np.flatnonzero(loud & masks.any(axis=0))
    rows = rows[np.unique(seen[rows], axis=0, return_index=True)[1]]
    try:
        return _solved_step(problem, e, masks, rows)
    except NotProved as open_question:
        X, every = problem.rational(problem.X[rows].tolist()), problem.masks[:, rows].astype(float)
        inner, both = X * X.transpose(), (every.T @ every).tolist()
        n = len(rows)
        entries = [inner[i, k] * int(both[i][k]) for i in range(n) for k in range(n)]
        kept = pivots(problem.exact(n, n, entries))
        if len(kept) == n:
            raise open_question from None
        return _solved_step(problem, e, masks, rows[kept])


def _solved_step(problem, e, masks, rows):
    X, both = problem.matrix(problem.X[rows]), masks[:, rows].T.astype(int) @ masks[:, rows]
    inner, n = X * X.transpose(), len(rows)
    G = problem.mat(n, n, [inner[i, k] * int(both[i, k]) for i in range(n) for k in range(n)])
    missing = problem.mat(n, 1, [e[int(i), 0] for i in rows])
    square = (missing.transpose() * problem.solve(G, missing, "Gram matrix"))[0, 0]
    return problem.arb(square.abs_upper()).sqrt()


def _rooms(problem, gates):
    """Of interior points of cones their length, room on each row, and what a unit step needs of them."""
    if gates is None:
        raise NotProved("cones: without gates no interior point is known")
    values, rooms = problem.matrix(problem.X) * problem.matrix(gates), {}
    sizes = [problem.length(problem.vector(x)) for x in problem.X]
    loud = np.flatnonzero(problem.X.any(axis=1)).tolist()
    for j in range(problem.skip, len(problem.masks)):
        g = j - problem.skip
        room = {i: values[i, g] if problem.masks[j][i] else -values[i, g] for i in loud}
        if not all(r > 0 for r in room.values()):
            continue
        thin = max([problem.arb(0), *((sizes[i] / r).upper() for i, r in room.items())])
        rooms[j] = problem.length(problem.vector(gates[:, g])), room, thin
    return rooms
