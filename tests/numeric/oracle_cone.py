"""Nearest points in cones of margin gradients, with a proof of how near.

A point h = sum_i lambda_i h_i has rows h_j = u_j sum_i y_i v_ji x_i with lambda_i >= 0
and low_ji lambda_i <= v_ji <= high_ji lambda_i: low = high is the slope of an active or
inactive pair, and [leak, 1] is a pair on its kink.

`Fit` is a primal active-set method in double precision that may be stopped at any time;
what it finds is proposed, and `Cone.bounds` proves in extended precision, from the
proposal alone, an interval the least distance lies in.
"""

import numpy as np

WIDE = np.longdouble
RANK = 1e-14  # singular values below this share of the largest are zero
ZERO, FREE, CAPPED = 0, 1, 2


def norm(array):
    return np.sqrt((np.asarray(array, WIDE) ** 2).sum())


class Fit:
    """min |b - F lambda - K v| where v_k belongs to lambda of point owner[k] and
    leak lambda <= v <= lambda, 0 <= lambda <= cap."""

    def __init__(self, F, K, owner, leak, b, cap=None):
        self.full, m = (F, K, b), F.shape[1]
        self.owner, self.leak = owner, leak
        self.mine = np.eye(m)[owner]  # (kinks, m)
        self.cap = np.full(m, np.inf) if cap is None else np.asarray(cap, float)
        self.state = np.full(m, ZERO)
        self.bound = np.zeros(len(owner), int)  # -1 at leak lambda, 1 at lambda, 0 free
        self.lam, self.v = np.zeros(m), np.zeros(len(owner))
        self.rebase()
        self.size = np.linalg.norm(self.F, axis=0)
        self.size += np.linalg.norm(self.K, axis=0) @ self.mine

    def rebase(self):
        """Measure from here: residuals are as exact as the one here is small."""
        F, K, b = self.full
        rho = b - F @ self.lam.astype(WIDE) - K @ self.v.astype(WIDE)
        both = np.hstack([F, K, rho[:, None]]).astype(float)
        if both.shape[0] > both.shape[1]:
            both = np.linalg.qr(both, mode="r")
        m = F.shape[1]
        self.F, self.K, self.b = both[:, :m], both[:, m:-1], both[:, -1]
        self.origin = self.lam.copy(), self.v.copy()
        return norm(rho)

    def residual(self):
        return self.b - self.F @ (self.lam - self.origin[0]) - self.K @ (
            self.v - self.origin[1])

    def begin(self, lam, v):
        """Start from a proposal instead of from zero."""
        self.lam = np.clip(np.asarray(lam, float), 0, self.cap)
        self.state = np.where(self.lam > 1e-14 * self.lam.max(initial=0), FREE, ZERO)
        self.state[(self.lam >= self.cap) & (self.state == FREE)] = CAPPED
        self.lam[self.state == ZERO] = 0
        mine = self.lam[self.owner]
        self.v = np.clip(np.asarray(v, float), self.leak * mine, mine)
        near = 1e-10 * mine
        self.bound = np.where(self.v <= self.leak * mine + near, -1, 0)
        self.bound[self.v >= mine - near] = 1
        self.v = np.where(self.bound < 0, self.leak * mine,
                          np.where(self.bound > 0, mine, self.v))

    def slope(self):
        return np.where(self.bound < 0, self.leak, np.where(self.bound > 0, 1.0, 0.0))

    def columns(self, F, K):
        """What moves with each free multiplier and each free kink."""
        moving = F + (K * self.slope()) @ self.mine
        free = np.flatnonzero(self.state == FREE)
        loose = np.flatnonzero((self.bound == 0) & (self.state[self.owner] != ZERO))
        return np.hstack([moving[:, free], K[:, loose]]), free, loose

    def aim(self):
        """Where the least squares of the free part would go."""
        A, free, loose = self.columns(self.F, self.K)
        x = np.zeros(0)
        if A.size:
            x = np.linalg.lstsq(A, self.residual(), rcond=RANK)[0]
        lam, v = self.lam.copy(), self.v.copy()
        lam[free] += x[: len(free)]
        v[loose] += x[len(free):]
        return self.tied(lam, v)

    def tied(self, lam, v):
        return lam, np.where(self.bound != 0, self.slope() * lam[self.owner], v)

    def move(self):
        """One step towards the aim; False if it was reached."""
        lam, v = self.aim()
        t, block = 1.0, None
        free = self.state == FREE
        loose = (self.bound == 0) & (self.state[self.owner] != ZERO)
        gaps = (
            ("zero", free, self.lam, lam),
            ("cap", free & np.isfinite(self.cap), self.cap - self.lam, self.cap - lam),
            ("low", loose, self.v - self.leak * self.lam[self.owner],
             v - self.leak * lam[self.owner]),
            ("high", loose, self.lam[self.owner] - self.v, lam[self.owner] - v),
        )
        for name, which, now, then in gaps:
            for k in np.flatnonzero(which & (then < 0)):
                share = max(now[k], 0) / (max(now[k], 0) - then[k])
                if share < t or (share == t and block and name == "zero"):
                    t, block = share, (name, k)
        self.lam, self.v = self.lam + t * (lam - self.lam), self.v + t * (v - self.v)
        if block is None:
            return False
        name, k = block
        if name == "zero":
            self.state[k], self.lam[k] = ZERO, 0
            self.v[self.owner == k] = 0
        elif name == "cap":
            self.state[k], self.lam[k] = CAPPED, self.cap[k]
        else:
            self.bound[k] = -1 if name == "low" else 1
        self.lam, self.v = self.tied(self.lam, self.v)
        return True

    def release(self, tolerance):
        """Free the constraint the residual pushes away from most; False if none."""
        rho = self.residual()
        pull, push = rho @ self.F, rho @ self.K
        best = np.where(push > 0, 1.0, self.leak)
        enter = pull + (best * push) @ self.mine
        inside = pull + (self.slope() * push) @ self.mine
        size = np.maximum(self.size, 1e-300)
        gain = np.where((self.state == ZERO) & (self.cap > 0), enter, 0.0) / size
        gain = np.maximum(gain, np.where(self.state == CAPPED, -inside, 0.0) / size)
        used = self.state[self.owner] != ZERO
        turn = np.where(used, -self.bound * push, 0.0)
        turn /= np.maximum(np.linalg.norm(self.K, axis=0), 1e-300)
        i = int(gain.argmax())
        k = int(turn.argmax()) if len(turn) else -1
        if max(gain[i], turn[k] if k >= 0 else 0) <= tolerance:
            return False
        if k >= 0 and turn[k] > gain[i]:
            self.bound[k] = 0
        else:
            if self.state[i] == ZERO:
                mine = self.owner == i
                self.bound[mine] = np.where(push[mine] > 0, 1, -1)
            self.state[i] = FREE
        return True

    def refine(self):
        """The aim once more in extended precision."""
        F, K, b = self.full
        lam, v = self.lam.astype(WIDE), self.v.astype(WIDE)
        A, free, loose = self.columns(F.astype(float), K.astype(float))
        for _ in range(3 if A.size else 0):
            rho = (b - F @ lam - K @ v).astype(float)
            x = np.linalg.lstsq(A, rho, rcond=RANK)[0]
            lam[free] += x[: len(free)]
            v[loose] += x[len(free):]
            v = self.tied(lam, v)[1]
        lam = np.clip(lam, 0, self.cap)
        v = np.clip(v, self.leak * lam[self.owner], lam[self.owner])
        return lam, v

    def settle(self, tolerance):
        for _ in range(4 * (len(self.lam) + len(self.v)) + 50):
            if not self.move() and not self.release(tolerance):
                break

    def run(self):
        size = last = np.linalg.norm(self.b)
        tolerance = 4e-16 * size
        for _ in range(4):
            self.settle(tolerance)
            found = self.refine()
            self.active = self.columns(*self.full[:2])[0]
            self.lam, self.v = (x.astype(float) for x in found)
            left = float(self.rebase())
            if left > 1e-4 * size or left <= 1e-17 * size or left > last / 2:
                break
            last, tolerance = left, 1e-15 * left
        return found


class Cone:
    """The gradients of the margins of points X (m, d), y at the activation states
    (n, m): 1 active, -1 inactive, 0 on the kink."""

    def __init__(self, X, y, u, state, leak):
        self.X, self.y, self.u = X.astype(WIDE), y.astype(WIDE), u.astype(WIDE)
        self.state, self.leak = state, leak
        self.low = np.where(state > 0, 1.0, leak)
        self.high = np.where(state < 0, leak, 1.0)
        self.kinks = np.nonzero((state == 0) & (self.low < self.high))

    def combination(self, v):
        return self.u[:, None] * ((np.asarray(v, WIDE) * self.y) @ self.X)

    def reach(self, rho):
        """y_i u_j <rho_j, x_i>: (n, m)."""
        return self.u[:, None] * self.y * (np.asarray(rho, WIDE) @ self.X.T)

    def least(self, W, perp, c):
        """A lower bound of the distance from W to the cone, from any direction c; it is
        the distance itself if c is what is left of W at its nearest point.

        With a nearest p = sum_i l_i g_i: |c| |W - p| is at least <c, W> - <c, p>, and
        <W, g_i> >= q_i makes sum_i l_i q_i <= |W|^2."""
        size, length = norm(W) ** 2 + WIDE(perp) ** 2, np.hypot(norm(c), WIDE(perp))
        reach, weight = self.reach(c), self.reach(W)
        over = np.maximum(reach * self.low, reach * self.high).sum(0)
        under = np.minimum(weight * self.low, weight * self.high).sum(0)
        if length == 0 or (under <= 0).any():
            return WIDE(perp)
        excess = size * max((over / under).max(), WIDE(0))
        gained = (c * W).sum() + WIDE(perp) ** 2
        return max((gained - excess) / length, WIDE(perp))

    def feasible(self, lam, v):
        """Largest violation of lambda >= 0 and of the slopes' bounds, over the largest
        multiplier."""
        lam, v = np.asarray(lam, WIDE), np.asarray(v, WIDE)
        worst = max((-lam).max(), (self.low * lam - v).max(),
                    (v - self.high * lam).max())
        return worst / max(np.abs(lam).max(), WIDE(1e-300))

    def system(self):
        """F (n d, m) of the fixed slopes and K (n d, kinks)."""
        fixed = np.where(self.state == 0, 0.0 if len(self.kinks[0]) else 1.0, self.low)
        F = self.u[:, None, None] * (fixed * self.y)[:, None, :] * self.X.T[None]
        j, i = self.kinks
        K = np.zeros((len(self.u), self.X.shape[1], len(j)), WIDE)
        K[j, :, np.arange(len(j))] = (self.u[j] * self.y[i])[:, None] * self.X[i]
        rows = len(self.u) * self.X.shape[1]
        return F.reshape(rows, -1), K.reshape(rows, -1)

    def expand(self, lam, kink):
        v = self.low.astype(WIDE) * lam
        v[self.kinks] = kink
        return v

    def cost(self):
        """Entries of the dense system."""
        unknown = self.X.shape[0] + len(self.kinks[0])
        return len(self.u) * self.X.shape[1] * unknown, unknown

    def fit(self, W, cap=None, start=None):
        """Multipliers and v (n, m) nearest to W, as near as the method gets."""
        F, K = self.system()
        fit = Fit(F, K, self.kinks[1], self.leak, np.asarray(W, WIDE).ravel(), cap)
        if start is not None:
            fit.begin(start[0], np.asarray(start[1])[self.kinks])
        lam, kink = fit.run()
        self.active = fit.active
        return lam, self.expand(lam, kink)

    def left(self, W, v):
        """W less the point of v, and less what rounding left along the last fit's free
        gradients."""
        c = W - self.combination(v)
        A = self.active.astype(float)
        for _ in range(2 if A.size else 0):
            x = np.linalg.lstsq(A, c.astype(float).ravel(), rcond=RANK)[0]
            c = c - (self.active @ x.astype(WIDE)).reshape(c.shape)
        return c
