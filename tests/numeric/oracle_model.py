"""One model of an exported trial under the definitions: its margins, kinks, and the
least eps and delta of its multipliers as proved intervals."""

import numpy as np

from oracle_cone import RANK, WIDE, Cone, Fit, norm

KINK = 1e-12  # of the terms a pre-activation is summed from
DOUBT = 10  # a pre-activation this factor from the threshold may be either
EPS, DELTA = 1e-12, 1e-10  # tolerances, of |theta| and |theta|^2


def cosine_gap(a, b):
    """1 - cos of two models, each (W, perp); None if one is zero."""
    (A, p), (B, q) = ((W.astype(WIDE), WIDE(perp)) for W, perp in (a, b))
    size, other = np.hypot(norm(A), p), np.hypot(norm(B), q)
    if size == 0 or other == 0:
        return None
    return ((A / size - B / other) ** 2).sum() / 2 + (p / size - q / other) ** 2 / 2


def tau_room(tau):
    """What a rounding of 1e-14 in the direction of a model does to tau."""
    return 1e-12 * (tau or 0) + 1e-14 * np.sqrt(tau or 0) + 1e-28


def sum_room(model, v):
    """What rounding does to W less the sum of the terms of v."""
    terms = np.abs(model.u[:, None] * np.asarray(v, float)) * model.reach
    return EPS * model.norm + 4e-16 * norm(terms.sum(1))


def margin_room(model):
    """What rounding does to a margin, at least 1e-11."""
    return max(1e-11, 64 * 2.3e-16 * float(model.terms.max()))


def scale_room(model):
    """The same relative to a model at smallest margin 1."""
    return EPS + 1e-15 * float(model.terms.max())


def row_lengths(W):
    return np.sqrt((W.astype(WIDE) ** 2).sum(1))


def nearest_rows(W, X, state):
    """Each row's nearest point with these signs of its inner products, or None."""
    near, fit_to = np.empty_like(W), X.astype(WIDE)
    for j, row in enumerate(W):
        near[j] = row
        wrong = ((row @ fit_to.T) * state[j] <= 0)
        if not wrong.any() and (state[j] != 0).all():
            continue
        sides = np.vstack([-state[j][:, None] * fit_to, fit_to[state[j] == 0],
                           -fit_to[state[j] == 0]])
        sides = sides[np.abs(sides).sum(1) > 0]
        fit = Fit(sides.T, np.zeros((len(row), 0), WIDE), np.zeros(0, int), 0.0, row)
        c, _ = fit.run()
        near[j] = row - c @ sides
        size = norm(row)
        if ((sides @ near[j]) > 1e-13 * size * np.sqrt((sides**2).sum(1))).any():
            return None
    return near


class Model:
    """Weights W (n, d) and their length outside, on some points. `low` and `high` (n)
    bound the lengths of the terms each row is summed from."""

    def __init__(self, trial, points, W, perp, low, high):
        self.X, self.y, self.u = trial.X[points], trial.y[points], trial.u
        self.leak, self.perp = trial.leak, WIDE(perp)
        self.W, self.low, self.high = W.astype(WIDE), low, high
        self.Z = self.W @ self.X.astype(WIDE).T
        active = np.where(self.Z > 0, self.Z, self.leak * self.Z)
        self.q = q = self.y * (self.u.astype(WIDE) @ active)
        self.norm = np.hypot(norm(self.W), self.perp)
        self.reach = np.sqrt((self.X**2).sum(1))
        self.terms = (np.abs(self.u) * high) @ np.ones((len(W), len(q))) * self.reach
        self.find_states()

    def find_states(self):
        scale = KINK * self.reach
        kink = np.abs(self.Z) <= scale * self.low[:, None] / DOUBT
        clear = np.abs(self.Z) > scale * self.high[:, None] * DOUBT
        if self.leak == 1:
            kink, clear = np.zeros_like(kink), np.ones_like(clear)
        self.doubt = ~(kink | clear)
        self.state = np.where(kink, 0, np.sign(self.Z)).astype(int)
        if self.leak == 1:
            self.state[:] = 1

    def cone(self, generous=False):
        """With every pair in doubt on its kink, or none."""
        state = np.where(self.doubt, 0, self.state) if generous else self.state
        return Cone(self.X, self.y, self.u, state, self.leak)

    def scaled(self):
        """At smallest margin 1."""
        other = object.__new__(Model)
        other.__dict__ = dict(self.__dict__)
        gamma = self.q.min()
        for name in "W", "perp", "Z", "q", "norm", "low", "high", "terms":
            setattr(other, name, getattr(self, name) / gamma)
        return other

    def sign(self):
        """Of the smallest margin: 1, -1, or 0 where rounding decides it."""
        i = self.q.argmin()
        if np.abs(self.q[i]) <= 1e-12 * self.terms[i]:
            return 0
        return int(np.sign(self.q[i]))

    def slack(self, lam):
        """Largest lambda_i (q_i - 1)."""
        return (np.asarray(lam, WIDE) * (self.q - 1)).max()


class Judge:
    """Least eps and delta of a model at margin 1; `given`: (lambda, v) to begin at."""

    def __init__(self, model, given, limit):
        self.model, self.cone, self.limit = model, model.cone(), limit
        entries, unknown = self.cone.cost()
        self.small = entries <= limit[0] and unknown <= limit[1]
        self.given = given
        self.best = self.cone.fit(model.W, start=given) if self.small else given

    def distance(self, lam, v):
        rest = self.model.W - self.cone.combination(v)
        return np.hypot(norm(rest), self.model.perp)

    def eps(self):
        """(proved lower end, attained upper end); (None, None): not known."""
        if self.best is None:
            return None, None
        high, cone, W, perp = self.distance(*self.best), self.cone, *self.at()
        low = cone.least(W, perp, W - cone.combination(self.best[1]))
        if self.small:
            low = max(low, cone.least(W, perp, cone.left(W, self.best[1])))
        if self.given is not None and cone.feasible(*self.given) <= 0:
            high = min(high, self.distance(*self.given))
            low = max(low, cone.least(W, perp, W - cone.combination(self.given[1])))
        return min(low, high), high

    def at(self):
        return self.model.W, self.model.perp

    def within(self, t):
        """Multipliers of the nearest point with lambda_i (q_i - 1) <= t, or None."""
        room = self.model.q - 1
        real = room > 1e-13 * np.maximum(self.model.terms, 1)
        cap = np.where(real, WIDE(t) / np.where(real, room, 1), np.inf).astype(float)
        nearest = self.cone.combination(self.best[1])
        lam, v = self.cone.fit(nearest, cap, self.best)
        off = norm(nearest - self.cone.combination(v))
        return (lam, v) if off <= 1e-16 * self.model.norm else None

    def shorter(self, lam, delta):
        """The least |lambda| found for the same point within this delta. A ridge finds
        the active set; then the point is restored along it."""
        model, cone = self.model, self.cone
        nearest = cone.combination(self.best[1])
        room = model.q - 1
        real = room > 1e-13 * np.maximum(model.terms, 1)
        cap = np.where(real, WIDE(delta) * (1 + 1e-9) / np.where(real, room, 1), np.inf)
        F, K = cone.system()
        ridge = 1e-6 * np.sqrt((F**2).sum(0)).max() * np.eye(F.shape[1])
        tall = np.vstack([F, ridge.astype(WIDE)])
        wide = np.vstack([K, np.zeros((F.shape[1], K.shape[1]), WIDE)])
        target = np.append(nearest.ravel(), np.zeros(F.shape[1], WIDE))
        fit = Fit(tall, wide, cone.kinks[1], model.leak, target, cap.astype(float))
        new, kink = fit.run()
        A = fit.active[: len(F)]
        if not A.size:
            return norm(lam)
        _, free, loose = fit.columns(F, K)
        for _ in range(3):
            rest = nearest.ravel() - F @ new - K @ kink
            x = np.linalg.lstsq(A.astype(float), rest.astype(float), rcond=RANK)[0]
            new[free] += x[: len(free)]
            kink[loose] += x[len(free):]
            kink = fit.tied(new, kink)[1]
        v = cone.expand(new, kink)
        off = norm(nearest - cone.combination(v))
        fits = off <= 1e-17 * model.norm and cone.feasible(new, v) <= 1e-15
        return norm(new) if fits and (new <= cap * (1 + 1e-9)).all() else norm(lam)

    def lambda_room(self):
        """What doubles for (lambda, v) leave open in lambda: their rounding over the
        smallest singular value of the gradients in use."""
        lam, v = (np.asarray(x, float) for x in self.best)
        used = np.flatnonzero(lam > 1e-12 * lam.max(initial=0))
        one = np.eye(len(lam))
        h = [self.cone.combination(one[i] * v / lam[i]).astype(float).ravel()
             for i in used]
        if not h:
            return 0.0
        s = np.linalg.svd(np.array(h), compute_uv=False)
        room = 1e-15 * (lam[used] * np.linalg.norm(h, axis=1)).sum()
        return room / s[s > 1e-13 * s[0]].min()

    def delta(self, printed=None):
        """Upper end of the least delta: `printed` where nothing smaller is found."""
        if not self.small:
            return None
        size = float(self.model.norm) ** 2
        high = float(max(self.model.slack(self.best[0]), 0))
        if printed is not None:
            high = min(high, printed)
        if high <= DELTA * size / 10:
            return high
        if self.within(max(high - DELTA * size / 2, high * (1 - 1e-6))) is None:
            return high
        low = 0.0
        if self.within(low) is not None:
            return low
        for _ in range(30):
            middle = (low + high) / 2
            if self.within(middle) is None:
                low = middle
            else:
                high = middle
            if high - low <= DELTA * size / 10:
                break
        return high


def nearly_equal(X):
    """Whether two points are a millionth of their length apart, but not equal."""
    X = np.asarray(X, float)
    far = np.linalg.norm(X[:, None] - X[None], axis=2)
    return ((far > 0) & (far < 1e-6 * np.linalg.norm(X, axis=1).max())).any()
