"""How far the numbers of a claim are from the exact solution where the points are
dependent: the equations eliminated in intervals with integer ends."""
from fractions import Fraction

from proof_claim import need

BITS = 512  # an end e stands for e / 2^BITS


class Interval:
    __slots__ = ("low", "high")

    def __init__(self, low, high):
        self.low, self.high = low, high

    def __add__(self, b):
        return Interval(self.low + b.low, self.high + b.high)

    def __sub__(self, b):
        return Interval(self.low - b.high, self.high - b.low)

    def __mul__(self, b):
        ends = (self.low * b.low, self.low * b.high, self.high * b.low,
                self.high * b.high)
        return Interval(min(ends) >> BITS, -(-max(ends) >> BITS))

    def __truediv__(self, b):
        need(b.low > 0, "the equations may be singular")
        return self * Interval((1 << 2 * BITS) // b.high, -((-1 << 2 * BITS) // b.low))

    def distance(self, f):
        """The largest distance of what is in it from a number."""
        unit = Fraction(1, 1 << BITS)
        return max(abs(self.low * unit - f), abs(self.high * unit - f))


def interval(f):
    top = (f.numerator << BITS) // f.denominator
    return Interval(top, top + (top * f.denominator != f.numerator << BITS))


def reduce(A, pivots):
    """Eliminate these rows and columns of a symmetric matrix in place; what is left of a
    pivot's row is the row of its equation."""
    rest = [i for i in range(len(A)) if i not in pivots]
    done = []
    for k in pivots:
        later = [i for i in pivots if i not in done and i != k] + rest
        for i in later:
            factor = A[k][i] / A[k][k]
            for j in later:
                A[i][j] = A[i][j] - factor * A[k][j]
        done.append(k)
    return A


def solve(A, right):
    """Symmetric, positive definite."""
    size = len(A)
    A = [row[:] + [r] for row, r in zip(A, right)]
    for k in range(size):
        for i in range(k + 1, size):
            factor = A[k][i] / A[k][k]
            for j in range(i, size + 1):
                A[i][j] = A[i][j] - factor * A[k][j]
                if j < size:
                    A[j][i] = A[i][j]
    x = [None] * size
    for k in reversed(range(size)):
        rest = A[k][size]
        for j in range(k + 1, size):
            rest = rest - A[k][j] * x[j]
        x[k] = rest / A[k][k]
    return x


def is_copy(a, b):
    return a == b or a == [-x for x in b]


def eliminate(p):
    """The largest distance of a multiplier or a slope; see check_proof.py for p."""
    claim, zero = p.claim, interval(Fraction(0))
    G = [[interval(Fraction(g, 1 << p.scale_G)) for g in row] for row in p.G]
    points = [i for i, support in enumerate(claim.support) if support]
    place = {i: a for a, i in enumerate(points)}
    M = [[zero for _ in points] for _ in points]
    for row in claim.rows:
        for i in row.share:
            need(len(row.v) == p.coordinates or
                 any(is_copy(p.X[i], p.X[k]) for k in row.v), "dependent kinks")
        active = [i for i in points if i not in row.v and i not in row.share]
        if row.flat:
            active = []
        left = reduce([r[:] for r in G], list(row.v))
        for i in active:
            for k in active:
                factor = row.size * row.c[i] * row.slope[i] * row.c[k] * row.slope[k]
                M[place[i]][place[k]] += left[i][k] * interval(factor)
    lam = solve(M, [interval(Fraction(p.width)) for _ in points])
    worst = max(x.distance(claim.lam[i]) for i, x in zip(points, lam))
    for row in claim.rows:
        kinks = list(row.v)
        right = [zero for _ in kinks]
        for i, x in zip(points, lam):
            if i in row.v:
                continue
            slope = row.share[i] if i in row.share else row.slope[i]
            b = x * interval(row.c[i] * slope)
            right = [r - G[k][i] * b for r, k in zip(right, kinks)]
        for k, x in zip(kinks, solve([[G[k][i] for i in kinks] for k in kinks], right)):
            worst = max(worst, x.distance(row.c[k] * row.v[k]))
    return worst
