"""All multipliers of a model that leave the least residual, as a linear program.

They attain the same sum P of the gradients. So they are the polyhedron

    sum_i lambda_i h_i + sum_k s_k k_k = P,  lambda >= 0,  0 <= s_k <= (1 - g) lambda_i,

h_i with slope g on kinks, k_k what a pair on a kink adds beyond it. Its least delta, and
whether lambda is unique on it, are found by SciPy's simplex method: another way than the
program's.
"""
import numpy as np
from scipy.optimize import linprog

FEASIBLE = 1e-10  # of the equations, scaled to a largest entry of 1


def norm(array):
    return float(np.linalg.norm(array)) or 1.0


class Minimisers:
    def __init__(self, t, state, v, points):
        """Of trial t at activation states (n, m), v (n, m) one minimiser's."""
        self.leak, self.points = t.leak, points
        X, self.y = t.X[points], t.y[points]
        _, singular, right = np.linalg.svd(X, full_matrices=False)
        basis = right[singular > 1e-12 * singular[0]]
        X = X @ basis.T
        state = state[:, points] if t.leak < 1 else np.ones((len(t.u), len(points)))
        P = t.u[:, None] * ((v[:, points] * self.y) @ X)
        alike = np.hstack([np.sign(t.u)[:, None], state, np.round(P / norm(P), 9)])
        _, first, count = np.unique(alike, axis=0, return_index=True,
                                    return_counts=True)
        u, state, P = t.u[first], state[first], P[first]  # equal neurons count as one
        weight = np.sqrt(count)
        slope = np.where(state > 0, 1.0, t.leak)
        self.pairs = np.argwhere(state == 0)
        m, r = X.shape
        A = np.zeros((len(u), r, m + len(self.pairs)))
        A[:, :, :m] = np.einsum("j,ji,i,ir->jri", weight * u, slope, self.y, X)
        for k, (j, i) in enumerate(self.pairs):
            A[j, :, m + k] = weight[j] * self.y[i] * u[j] * X[i]
        self.A = A.reshape(-1, A.shape[2])
        self.P, self.m = (weight[:, None] * P).ravel(), m

    def independent(self):
        """No two lambda attain the same sum, whatever their signs."""
        length = np.linalg.norm(self.A, axis=0)
        if (length == 0).any() or self.A.shape[0] < self.A.shape[1]:
            return False
        singular = np.linalg.svd(self.A / length, compute_uv=False)
        return bool(singular[-1] > 1e-8 * singular[0])

    def least(self, cost, slack):
        """The least of cost lambda + t over the minimisers that have
        lambda_i slack_i <= t."""
        count, pairs = self.A.shape[1], len(self.pairs)
        scale, size = np.abs(self.A).max(), max(np.abs(self.P).max(), 1e-300)
        rows = np.hstack([self.A / scale, np.zeros((len(self.A), 1))])
        below = np.zeros((pairs + self.m, count + 1))
        for k, (_, i) in enumerate(self.pairs):
            below[k, self.m + k], below[k, i] = 1.0, -(1 - self.leak)
        below[pairs:, : self.m] = np.diag(slack)
        below[pairs:, -1] = -1.0
        c = np.concatenate([cost, np.zeros(pairs), [1.0]])
        found = linprog(c, A_ub=below, b_ub=np.zeros(len(below)), A_eq=rows,
                        b_eq=self.P / size, method="highs",
                        options={"primal_feasibility_tolerance": FEASIBLE,
                                 "dual_feasibility_tolerance": FEASIBLE})
        if found.status != 0:
            raise RuntimeError(f"linprog: {found.message}")
        return found.fun * size / scale

    def delta(self, margin):
        return self.least(np.zeros(self.m), np.maximum(margin - 1, 0.0))

    def unique(self, tolerance):
        """Every lambda_i has a range below the tolerance."""
        if self.independent():
            return True
        direction = np.random.default_rng(1).normal(size=self.m)
        still = np.zeros(self.m)
        span = self.least(direction, still) + self.least(-direction, still)
        return abs(span) <= tolerance
