"""Multipliers and certificates of an export: what is printed against the points, the
multipliers and the slopes that are written."""
import math

import numpy as np

from exported import distance, norm

EXACT = 1e-13  # residuals of an exact point, of its norm
MARGIN = 1e-11  # below 1 by less than this is 1
CERTIFICATES = "scaled", "restored", "exact"


def smallest(values):
    return float(values.min()) if len(values) else None


def check_relative(c, t, name, size):
    """eps and delta of the certificate, or the trained model, over its norm."""
    for what, power in ("eps", 1), ("delta", 2):
        relative = t.result[f"{name}_{what}"] / size**power
        c.close(f"{name}_relative_{what}", t.result[f"{name}_relative_{what}"], relative)


def check_best(c, t, name, best, size):
    """No other multipliers do better: best (eps, delta, unique). At a KKT point `unique`
    may be said of the multipliers with delta 0 alone."""
    eps, delta, unique = best
    c.close(name + "_eps", t.result[name + "_eps"], eps, size)
    if unique:
        c.close(name + "_delta", t.result[name + "_delta"], delta, size)
    else:  # as far as a linear program is solved
        c.close(name + "_delta", t.result[name + "_delta"], delta, 1e5 * size**2)
    if name == "trained":
        rounding = t.result["trained_delta"] <= EXACT * size**2
        c.true("unique", t.result["unique"] == unique or rounding and not unique)
    check_relative(c, t, name, size)


def check_given(c, t, name, model, multipliers, points):
    """eps and delta follow from the multipliers and slopes that are written."""
    (W, perp), (lam, v) = model, multipliers
    all_v = np.zeros((len(W), len(t.X)))
    all_v[:, points] = v
    size = math.hypot(norm(W), perp)
    left = math.hypot(norm(W - t.combination(all_v, points)), perp)
    slack = float((lam * (t.margins(W)[points] - 1)).max())
    c.close(name + "_eps as written", t.result[name + "_eps"], left, size)
    c.close(name + "_delta as written", t.result[name + "_delta"], slack, size**2)


def check_slopes(c, t, lam, v, state):
    """In Clarke's subdifferential."""
    c.true("lambda >= 0", (lam >= 0).all())
    if t.leak == 1:
        state = np.ones(state.shape)
    low = np.where(state > 0, lam, t.leak * lam)
    high = np.where(state < 0, t.leak * lam, lam)
    room = 1e-12 * lam
    c.true("slopes", ((v >= low - room) & (v <= high + room)).all())


def check_forgotten(c, t, name, W):
    """Smallest, mean and largest margin of the forgotten points."""
    q = t.margins(W)[t.a["forget"]] if W is not None else []
    some = len(q) > 0
    column = "forget_margin_" + name
    c.close(column, t.result[column], smallest(q))
    c.close(column + "_mean", t.result[column + "_mean"], q.mean() if some else None)
    c.close(column + "_max", t.result[column + "_max"], q.max() if some else None)


def check_none(c, t):
    """There are no certificates."""
    for name in CERTIFICATES:
        for column in "eps", "delta", "relative_eps", "relative_delta":
            c.close(f"{name}_{column}", t.result[f"{name}_{column}"], None)
        c.true(f"no W_{name}", f"W_{name}" not in t.record["arrays"])
    for column in "norm", "restored_norm", "exact_norm", "exact_tau", "flips":
        c.close(column, t.result[column], None)


def written(c, t, name):
    """What every certificate must satisfy; its (W, perp), lambda and v."""
    retain = t.a["retain"]
    W, perp = t.model(name)
    lam, v = t.a["lambda_" + name], t.a["v_" + name]
    size = math.hypot(norm(W), perp)
    c.close(name + ", norm", t.result["norm" if name == "scaled" else name + "_norm"],
            size)
    q = float(t.margins(W)[retain].min())
    c.true(f"{name}: margin {q!r} is 1", abs(q - 1) <= MARGIN)
    c.true(f"{name}: lambda >= 0", (lam >= 0).all())
    room = 1e-12 * lam
    c.true(f"{name}: slopes", ((v >= t.leak * lam - room) & (v <= lam + room)).all())
    check_given(c, t, name, (W, perp), (lam, v), retain)
    if name != "scaled":
        tau = distance(t.model("unlearned"), (W, perp))
        c.close(name + "_tau", t.result[name + "_tau"], tau, 1e-3)
        check_relative(c, t, name, size)
    return (W, perp), lam, v


def check_scaled(c, t, gamma, terms):
    (W, perp), lam, v = written(c, t, "scaled")
    S, outside = t.model("unlearned")
    c.close("W_scaled", norm(W - S / gamma), 0.0, norm(W))
    c.close("perp_scaled", perp, outside / gamma, norm(W))
    check_slopes(c, t, lam, v, t.states(W, terms)[:, t.a["retain"]])


def check_restored(c, t, base):
    """The states and the multipliers are the trained model's."""
    if t.result["restored_eps"] is None:
        c.true("no W_restored", "W_restored" not in t.record["arrays"])
        return
    (W, _), lam, v = written(c, t, "restored")
    retain = t.a["retain"]
    state = t.states(base, t.base_terms())[:, retain]
    Z = W @ t.X[retain].T
    if t.leak < 1:
        c.close("against the states", float((np.abs(Z) * (Z * state < 0)).max()), 0.0,
                norm(W))
        c.close("off the kinks", float((np.abs(Z) * (state == 0)).max()), 0.0, norm(W))
    kept, slopes = t.a["lambda"][retain], t.a["v"][:, retain]
    factor = float(lam @ kept / (kept @ kept)) if kept.any() else 0.0
    size = norm(lam) + 1e-300
    c.close("restored: multipliers kept", norm(lam - factor * kept), 0.0, size)
    c.close("restored: slopes kept", norm(v - factor * slopes), 0.0, norm(v))


def check_exact(c, t):
    """Every condition of a KKT point."""
    if t.result["exact_eps"] is None:
        c.true("no W_exact", "W_exact" not in t.record["arrays"])
        return
    (W, perp), lam, v = written(c, t, "exact")
    size = norm(W)
    c.close("perp_exact", perp, 0.0, 0.0)
    c.true("exact_eps is rounding", t.result["exact_eps"] <= EXACT * size)
    c.true("exact_delta is rounding", t.result["exact_delta"] <= EXACT * size**2)
    X = t.X[t.a["retain"]]
    terms = np.abs(t.u) * (v @ np.linalg.norm(X, axis=1))
    check_slopes(c, t, lam, v, t.states(W, terms)[:, t.a["retain"]])
    off = np.abs(t.margins(W)[t.a["retain"]] - 1)[lam > 0]
    c.close("margins of support vectors", float(off.max()), 0.0, size)
