#!/usr/bin/env python3
"""Check a proof that `sweep trial --proof` wrote, in exact rational arithmetic.

    sweep trial GRID --cell K --replicate R --export DIR --proof FILE
    check_proof.py FILE DIR        exit status 0: every claim of FILE is true

It shares no code and no method with the program. A claim gives a pattern (which points
have a multiplier; which slopes of a neuron are 1, g, or in between: a kink) and numbers
that are said to be near an exact KKT point, in units of the doubles in DIR. With
c_i = sign(u_j) y_i, b_i = c_i v_i and z_i = sum_k <x_i, x_k> b_k for each neuron, all over
|u| = 1/sqrt(n), that point has z = 0 on kinks and n q_i = sum_j c_i slope z_i = n where
there is a multiplier: linear equations, symmetric in (lambda, v). The numbers given leave
residuals rho, which are computed exactly. If the Gram matrix of the points has no
eigenvalue below s > 0, then

    s N^2 <= sum_j |change of w_j|^2 = sum_i rho_i dlambda_i - sum_kinks rho_ji c_i dv_ji,
    N^2 = sum_i k_i dlambda_i^2 + sum_kinks dv^2,      k_i = sum_j slope^2 of fixed slopes,

so the equations have exactly one solution, and by Cauchy and Schwarz it is not farther
than N <= sqrt(sum_i rho_i^2 / k_i + sum_kinks rho^2) / s. With that distance all
conditions are checked: lambda >= 0, g lambda <= v <= lambda on kinks, z >= 0 where the
slope is 1, z <= 0 where it is g, q_i >= 1 without a multiplier, and 1 - cos(theta', theta~)
<= tau. Where the points are dependent, proof_elimination.py bounds the distance instead.
The bounds of the other certificates are for proof_near.py.
"""
import sys
from fractions import Fraction
from math import isqrt

from proof_claim import Export, Refused, dyadic_scale, need, read_claims, whole
from proof_elimination import eliminate, is_copy
from proof_near import check_near


def root_above(f):
    """A rational not below the square root of f >= 0, nearly it."""
    shift = 4 * max(0, 200 + f.denominator.bit_length() - f.numerator.bit_length())
    return Fraction(isqrt((f.numerator << 2 * shift) // f.denominator) + 1, 1 << shift)


def is_definite(A):
    """Whether a symmetric matrix of integers is positive definite: by its leading minors
    (Bareiss)."""
    A, last = [list(row) for row in A], 1
    for k, pivot in enumerate(A):
        if pivot[k] <= 0:
            return False
        for i in range(k + 1, len(A)):
            for j in range(i, len(A)):
                A[i][j] = (A[i][j] * pivot[k] - pivot[i] * pivot[j]) // last
                A[j][i] = A[i][j]
        last = pivot[k]
    return True


class Problem:
    """A claim about points: numbers as integers of one scale each."""

    def __init__(self, claim, export):
        self.claim, self.export = claim, export
        self.leak, self.width = claim.leak, claim.width
        self.check_names()
        self.label = [int(export.y[i]) for i in self.index]
        rows = [export.X[i] for i in self.index]
        self.scale_X = dyadic_scale([x for row in rows for x in row])
        self.X = [[whole(x, self.scale_X) for x in row] for row in rows]
        self.G = [[sum(map(int.__mul__, a, b)) for b in self.X] for a in self.X]
        self.scale_G = 2 * self.scale_X
        self.coordinates = len(rows[0])
        self.fill_rows()

    def check_names(self):
        """The claim is about these points and neurons, all of them."""
        claim, export = self.claim, self.export
        need(claim.name in ("trained", "exact"), f"'{claim.name}' is no claim")
        points = export.retain if claim.name == "exact" else range(len(export.y))
        need(claim.tau is None or claim.name == "exact", "tau of another model")
        need(claim.tau is not None or claim.name == "trained", "no tau")
        self.index = [points[i] for i in claim.point]
        for i in points:
            need(any(self.equal(i, k) for k in self.index), f"point {i} is not there")
        need(self.width == len(export.sign), "another width")
        need(self.leak == export.leak, "another leak")
        seen = sorted(j for row in claim.rows for j in row.neurons)
        need(seen == list(range(self.width)), "not every neuron is in one row")
        for row in claim.rows:
            need(row.size == len(row.neurons), "another size of a row")
            need(all(export.sign[j] == row.sign for j in row.neurons), "a sign of u")
            need([c != "." for c in row.slopes] == claim.support, "another support")
            kinks = {i for i, c in enumerate(row.slopes) if c == "k"}
            need(kinks == row.v.keys() | row.share.keys() and
                 not row.v.keys() & row.share.keys(), "kinks of a row")

    def equal(self, i, k):
        """Whether points i and k have the same margin, whatever the weights are."""
        X, y = self.export.X, self.export.y
        if y[i] != y[k] and self.leak != 1:
            return False
        return all(y[i] * a == y[k] * b for a, b in zip(X[i], X[k]))

    def fill_rows(self):
        """The coefficients b of each row (scale_b), z (scale_G + scale_b)."""
        claim = self.claim
        numbers = list(claim.lam) + [self.leak * x for x in claim.lam]
        for row in claim.rows:
            numbers += list(row.v.values())
            numbers += [s * claim.lam[i] for i, s in row.share.items()]
        self.scale_b = dyadic_scale(numbers)
        for row in claim.rows:
            row.slope = [{"1": Fraction(1), "g": self.leak}.get(c) for c in row.slopes]
            row.c = [row.sign * y for y in self.label]
            row.b = [0] * len(row.c)
            for i, lam in enumerate(claim.lam):
                v = row.v[i] if i in row.v else (row.share[i] if i in row.share else
                                                 row.slope[i] or 0) * lam
                row.b[i] = whole(v, self.scale_b) * row.c[i]
            # Nothing but kinks: their equations have v = 0 as their one solution.
            row.zero = not row.share and all(
                not row.slope[i] for i, s in enumerate(claim.support) if s)
            row.flat = row.zero or len(row.v) == self.coordinates
            row.z = [sum(map(int.__mul__, g, row.b)) for g in self.G]
        self.unit = Fraction(1, 1 << self.scale_G + self.scale_b)

    def residuals(self):
        """(n - n q_i, k_i) where there is a multiplier, and the sum of kinks' squares."""
        margins, square = [], 0
        for i, support in enumerate(self.claim.support):
            rho, k = Fraction(self.width), Fraction(0)
            for row in self.claim.rows if support else ():
                if row.slope[i]:
                    rho -= row.size * row.c[i] * row.slope[i] * row.z[i] * self.unit
                    k += row.size * row.slope[i] ** 2
            if support:
                margins.append((rho, k))
        for row in self.claim.rows:
            square += row.size * sum(row.z[i] ** 2 for i in row.v)
        return margins, square * self.unit ** 2

    def least_eigenvalue(self):
        """A lower bound of it for G, as 2^-e, or None."""
        largest = max(self.G[i][i] for i in range(len(self.G)))
        for halvings in range(1, 41):
            s = largest >> halvings
            shifted = [[g - s * (i == k) for k, g in enumerate(row)]
                       for i, row in enumerate(self.G)]
            if s > 0 and is_definite(shifted):
                return Fraction(s, 1 << self.scale_G)
        return None

    def distance(self):
        """How far any multiplier or slope of the exact solution is from those given."""
        s = None if any(row.share for row in self.claim.rows) else (
            self.least_eigenvalue())
        margins, square = self.residuals()
        if s is None or any(k == 0 for _, k in margins):
            return eliminate(self)
        total = sum((rho ** 2 / k for rho, k in margins), square)
        N = root_above(total) / s
        return N * root_above(1 / min([Fraction(1)] + [k for _, k in margins]))


def spread(p, row, error):
    """Bounds of the errors of z: nothing comes from points that the row does not see."""
    seen = [j for j, s in enumerate(p.claim.support)
            if s and (row.slope[j] is None or row.slope[j] != 0)]
    return [error * sum(abs(g[j]) for j in seen) / (1 << p.scale_G) for g in p.G]


def check_row(p, row, error):
    """Slopes and signs of a row."""
    lam, g = p.claim.lam, p.leak
    for i, v in row.v.items():
        if row.zero:
            need(v == 0 and g == 0, f"slope of kink {i}")
            continue
        need(g * lam[i] + 2 * error <= v <= lam[i] - 2 * error, f"slope of kink {i}")
    for i, s in row.share.items():
        need(g <= s <= 1, f"slope of kink {i}")
    for i, support in enumerate(p.claim.support):
        tied = any(is_copy(p.X[i], p.X[k]) for k in row.v)
        if support and row.slope[i] is not None and g != 1 and not row.flat and not tied:
            z = row.z[i] * p.unit * (1 if row.slopes[i] == "1" else -1)
            need(z >= row.spread[i], f"sign of z of point {i}")


def check_margins(p):
    """q_i >= 1 where there is no multiplier; phi moves less than z."""
    for i, support in enumerate(p.claim.support):
        if support:
            continue
        q = Fraction(0)
        for row in p.claim.rows:
            if not row.flat:
                z = row.z[i] * p.unit
                q += row.size * (row.c[i] * max(z, p.leak * z) - row.spread[i])
        need(q >= p.width, f"margin of point {i}")


def check_tau(p, error):
    """cos >= 1 - tau, of W_unlearned and the exact point, whose square is sum lambda."""
    flat = [w for row in p.export.W for w in row]
    scale = dyadic_scale(flat)
    W = [[whole(w, scale) for w in row] for row in p.export.W]
    before = Fraction(sum(w * w for row in W for w in row), 1 << 2 * scale)
    before += p.export.perp ** 2
    inner, moved = 0, 0
    for row in p.claim.rows:
        total = [sum(w) for w in zip(*(W[j] for j in row.neurons))]
        for i, x in enumerate(p.X):
            dot = sum(map(int.__mul__, total, x))
            inner += 0 if row.flat else row.b[i] * dot
            moved += abs(dot)
    inner = inner * Fraction(1, 1 << scale + p.scale_X + p.scale_b)
    inner -= error * moved / (1 << scale + p.scale_X)
    after = p.width * (sum(p.claim.lam) + error * len(p.claim.lam))
    cosine = 1 - p.claim.tau
    need(cosine <= 0 or (inner > 0 and inner ** 2 >= cosine ** 2 * before * after),
         "tau")


def check_claim(claim, export):
    """Raises Refused unless the claim is true. How far its numbers are off."""
    if claim.name in ("scaled", "restored"):
        return check_near(claim, export)
    p = Problem(claim, export)
    error = p.distance()
    need(error <= claim.within, "the numbers are farther off than they say")
    need(all(lam >= error for lam, s in zip(claim.lam, claim.support) if s),
         "a multiplier is not positive")
    need(not any(lam for lam, s in zip(claim.lam, claim.support) if not s),
         "a multiplier off the support")
    for row in claim.rows:
        row.spread = spread(p, row, error)
        check_row(p, row, error)
    check_margins(p)
    if claim.tau is not None:
        check_tau(p, error)
    return error


def main():
    try:
        export, claims = Export(sys.argv[2]), read_claims(sys.argv[1])
        for claim in claims:
            if claim.undecided:
                print(f"{claim.name}: undecided, {claim.undecided}")
                continue
            error = check_claim(claim, export)
            bounds = "".join(
                f", {name} at most {float(bound):.17g}"
                for name in ("eps", "delta", "tau")
                if (bound := getattr(claim, name)) is not None)
            within = "" if error is None else f", numbers within {float(error):.1e}"
            print(f"{claim.name}: true{bounds}{within}")
    except Refused as why:
        sys.exit(f"refused: {why}")


if __name__ == "__main__":
    main()
