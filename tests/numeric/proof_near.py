"""Whether the bounds of a scaled or restored certificate hold: eps, delta and tau of
weights theta~ near the unlearned ones, theta'.

A claim gives multipliers lambda and, of each neuron, its kinks ('k'): its row of theta~ is
that of theta', orthogonally projected on z = 0 there, or it is zero. Where z is 0 the claim
gives v, elsewhere v is slope times lambda. Over |u| = 1/sqrt(n), with c_i = sign(u_j) y_i,
b_i = c_i v_i, Q_i = sum_j c_i phi(z_i) and their minimum gamma, nothing is irrational of

    eps^2 = n |theta~|^2 / gamma^2 - 2 sum_j sum_i b_i z_i / gamma + sum_j b^T G b / n,
    delta = max_i lambda_i (Q_i / gamma - 1),    cos^2 = |theta~|^2 / |theta'|^2.

Projections are made in intervals with integer ends, all else is exact.
"""
from fractions import Fraction

from proof_claim import dyadic_scale, need, whole
from proof_elimination import BITS, Interval, interval, is_copy

ZERO = Interval(0, 0)


def dyadic(top, scale):
    """The interval of top / 2^scale."""
    if scale <= BITS:
        return Interval(top << BITS - scale, top << BITS - scale)
    return Interval(top >> scale - BITS, -(-top >> scale - BITS))


def times(z, k):
    """By an integer."""
    return Interval(*sorted((z.low * k, z.high * k)))


class Face:
    """Kinks, eliminated from the Gram matrix: U_a / D_a is what z loses by each unit of the
    a-th kink's."""

    def __init__(self, X, G, kinks):
        self.steps = []
        for k in kinks:
            if any(is_copy(X[k], X[i]) for i, _, _ in self.steps):
                continue
            U = G[k]
            for i, V, D in self.steps:
                factor = V[k] / D
                U = [a - factor * b for a, b in zip(U, V)]
            self.steps.append((k, U, U[k]))

    def project(self, z):
        """z of the row projected, and the square of what was taken from it."""
        lost = ZERO
        for k, U, D in self.steps:
            part = z[k] / D
            lost += part * z[k]
            z = [a - part * b for a, b in zip(z, U)]
        return z, lost


class Near:
    def __init__(self, claim, export):
        self.claim, self.leak = claim, claim.leak
        self.check_names(export)
        self.sign, self.label = export.sign, [int(export.y[i]) for i in export.retain]
        rows = [export.X[i] for i in export.retain]
        self.scale_X = dyadic_scale([x for row in rows for x in row])
        self.X = [[whole(x, self.scale_X) for x in row] for row in rows]
        self.whole_G = [[sum(map(int.__mul__, a, b)) for b in self.X] for a in self.X]
        self.G = [[dyadic(g, 2 * self.scale_X) for g in row] for row in self.whole_G]
        self.scale_W = dyadic_scale([w for row in export.W for w in row])
        self.W = [[whole(w, self.scale_W) for w in row] for row in export.W]
        numbers = [f * x for x in claim.lam for f in (1, self.leak)]
        self.scale_b = dyadic_scale(numbers + [v for neuron in claim.neurons
                                               for v in neuron.v.values()])
        self.faces = {}
        self.before = export.perp ** 2 + sum(self.square(j) for j in range(len(self.W)))
        self.lost, self.inner, self.push = ZERO, ZERO, 0
        self.Q = [ZERO for _ in self.X]
        for neuron in claim.neurons:
            self.add(neuron)

    def check_names(self, export):
        """The claim is about these points and neurons, all of them, and of multipliers."""
        claim = self.claim
        need(claim.point == list(range(len(export.retain))), "not every point is there")
        need(all(lam >= 0 for lam in claim.lam), "a negative multiplier")
        need(claim.width == len(export.sign), "another width")
        need(claim.leak == export.leak, "another leak")
        need(sorted(neuron.index for neuron in claim.neurons) ==
             list(range(claim.width)), "not every neuron is there once")
        need(all(neuron.zero or len(neuron.kinks) == len(claim.point)
                 for neuron in claim.neurons), "kinks of another number of points")
        need(None not in (claim.eps, claim.delta, claim.tau), "a bound is missing")

    def square(self, j):
        return Fraction(sum(w * w for w in self.W[j]), 1 << 2 * self.scale_W)

    def project(self, neuron):
        """z of a row of theta~; what theta' loses there."""
        if neuron.zero:
            self.lost += interval(self.square(neuron.index))
            return [ZERO for _ in self.X]
        W = self.W[neuron.index]
        z = [dyadic(sum(map(int.__mul__, W, x)), self.scale_W + self.scale_X)
             for x in self.X]
        if neuron.kinks not in self.faces:
            kinks = [i for i, c in enumerate(neuron.kinks) if c == "k"]
            self.faces[neuron.kinks] = Face(self.X, self.G, kinks)
        z, lost = self.faces[neuron.kinks].project(z)
        self.lost += lost
        return [ZERO if c == "k" else f for c, f in zip(neuron.kinks, z)]

    def share(self, neuron, i, z):
        """v_i, by the sign of z or as it is given."""
        lam = self.claim.lam[i]
        if i in neuron.v:
            need(z.low == z.high == 0, f"slope of point {i}, which is on no kink")
            need(self.leak * lam <= neuron.v[i] <= lam, f"slope of kink {i}")
            return neuron.v[i]
        if lam == 0 or z.low >= 0:
            return lam
        need(z.high <= 0 or self.leak == 1, f"sign of z of point {i}")
        return self.leak * lam

    def add(self, neuron):
        """A neuron's part of the sums."""
        b = []
        for i, z in enumerate(self.project(neuron)):
            c = self.sign[neuron.index] * self.label[i]
            b.append(c * whole(self.share(neuron, i, z), self.scale_b))
            self.inner += times(z, b[i])
            if z.high <= 0:
                z = z * interval(self.leak)
            self.Q[i] += times(z, c)
        self.push += sum(x * sum(map(int.__mul__, g, b))
                         for x, g in zip(b, self.whole_G) if x)

    def residual(self, gamma):
        """eps^2."""
        width = interval(Fraction(self.claim.width))
        after = interval(self.before) - self.lost
        inner = Interval(self.inner.low >> self.scale_b,
                         -(-self.inner.high >> self.scale_b))
        push = Fraction(self.push, 1 << 2 * (self.scale_X + self.scale_b))
        return ((width * after / gamma - times(inner, 2)) / gamma +
                interval(push / self.claim.width))


def upper(x):
    return Fraction(x.high, 1 << BITS)


def check_near(claim, export):
    """Raises Refused unless the bounds of the claim hold."""
    p = Near(claim, export)
    gamma = Interval(min(q.low for q in p.Q), min(q.high for q in p.Q))
    need(gamma.low > 0, "theta~ does not separate the points")
    need(claim.eps >= 0 and claim.eps ** 2 >= upper(p.residual(gamma)), "eps")
    for i, q in enumerate(p.Q):
        excess = upper(q / gamma) - 1
        need(claim.lam[i] * excess <= claim.delta, f"delta of point {i}")
    need(claim.tau >= 1 or upper(p.lost) <= claim.tau * (2 - claim.tau) * p.before, "tau")
