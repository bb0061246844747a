"""Exact KKT points by another way than the program's: the least norm that fulfils
linear inequalities is a least-distance problem, which is a nearest point in a cone
(Lawson and Hanson 1974, chapter 23). For fixed gates,

    min |w|  s.t.  <h, w> >= 1  for all h     is     w = p / (b^2 (1 - sum_i lambda_i)),

(p, b sum_i lambda_i) the nearest point to (0, b) in the cone of all (h, b).
"""

import numpy as np

from oracle_cone import RANK, WIDE, Cone, Fit, norm


class Groups:
    """Neurons of equal gates share one row, its output weight times the root of their
    number."""

    def __init__(self, y, u, on):
        same = np.outer(np.sign(u), np.sign(y)) > 0
        gates = np.where(same, on, False)
        rows = np.hstack([np.sign(u)[:, None] > 0, gates])
        _, first, self.of, count = np.unique(
            rows, axis=0, return_index=True, return_inverse=True, return_counts=True)
        self.of, self.root = self.of.ravel(), np.sqrt(count.astype(WIDE))
        self.u = u[first].astype(WIDE) * self.root
        self.state = np.where(same, np.where(on, 1, -1), 0)[first]

    def weights(self, w):
        return (w / self.root[:, None])[self.of]


def program(X, y, u, leak, on, length, limit):
    """The point of fixed gates `on` (n, m): (W, lambda, a lower bound of |W|^2 / 2), or
    None if too large. `length`: about its norm."""
    if leak == 1:
        on = np.ones_like(on)
    groups = Groups(y, u, on)
    state = groups.state if leak < 1 else np.ones_like(groups.state)
    cone = Cone(X, y, groups.u, state, leak)
    entries, unknown = cone.cost()
    if entries > limit[0] or unknown > limit[1]:
        return None
    F, K = cone.system()
    b = WIDE(1) / length
    tall = np.vstack([F, np.full(F.shape[1], b)])
    wide = np.vstack([K, np.zeros(K.shape[1], WIDE)])
    target = np.append(np.zeros(len(F), WIDE), b)
    fit = Fit(tall, wide, cone.kinks[1], leak, target)
    fit.run()
    left = 1 - fit.lam.sum()
    if left <= 0:
        return None
    A, free, loose = fit.columns(F.astype(float), K.astype(float))
    wanted = np.append(np.ones(len(free)), np.zeros(len(loose))).astype(WIDE)
    w, x = np.zeros(len(F), WIDE), np.zeros(len(wanted), WIDE)
    exact = fit.columns(F, K)[0]
    for _ in range(3 if A.size else 0):
        short = (wanted - exact.T @ w).astype(float)
        w += np.linalg.lstsq(A.T, short, rcond=RANK)[0]
    for _ in range(3 if A.size else 0):
        x += np.linalg.lstsq(A, (w - exact @ x).astype(float), rcond=RANK)[0]
    lam, kink = np.zeros(F.shape[1], WIDE), np.zeros(K.shape[1], WIDE)
    lam[free], kink[loose] = np.maximum(x[: len(free)], 0), x[len(free):]
    kink = fit.tied(lam, kink)[1]
    kink = np.clip(kink, leak * lam[fit.owner], lam[fit.owner])
    h = F @ lam + K @ kink
    dual = lam.sum() - (h * h).sum() / 2
    return groups.weights(w.reshape(len(groups.u), -1)), lam, dual


def exact_point(X, y, u, leak, on, length, limit=(400000, 260)):
    """Where the gates `on` lead to: (W, flips, how far W may be from it relative to its
    length); None where this does not decide it."""
    same = np.outer(np.sign(u), np.sign(y)) > 0
    on, flips = on.copy(), 0
    for _ in range(50):
        found = program(X, y, u, leak, on, length, limit)
        if found is None:
            return None
        W = found[0]
        Z = W @ X.astype(WIDE).T
        clear = np.abs(Z) > 1e-12 * norm(W) * np.sqrt((X**2).sum(1))
        wrong = same & clear & ((Z > 0) != on) if leak < 1 else np.zeros_like(same)
        if not wrong.any():
            q = y * (u @ np.where(Z > 0, Z, leak * Z))
            if q.min() < 1 - 1e-9:
                return None
            # half |w|^2 is strongly convex: half |w - w*|^2 is at most the duality gap
            size = norm(W)
            gap = max((size / min(q.min(), 1)) ** 2 / 2 - found[2], WIDE(0))
            return W, flips, np.sqrt(2 * gap) / size + (1 - min(q.min(), 1))
        on ^= wrong
        flips += int(wrong.sum())
    return None
