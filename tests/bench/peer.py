"""What the NumPy and PyTorch peers share: arguments, data, measurements.

The job of one grid of `sweep run`: for each replicate draw the mixture in all d
coordinates, train the two-layer ReLU network, train it again without the first point,
and for every step scale unlearn that point and measure multipliers and residual on the
retained points, the distance to the retrained model and the test accuracy. One training
serves all step scales. The operators used here are the same for arrays and tensors.

    peer_NAME.py step SEED D,M,N...        microseconds a step of training
    peer_NAME.py job SEED D,M,N REPLICATES [STEPS OF]
        the job; with STEPS OF each training is cut off after STEPS and counted as if
        it had taken OF steps

The time of a job is without the start of Python and its imports.
"""
import sys
import time

import numpy as np

LEARNING_RATE = 0.5
INIT_SCALE = 0.01
TOLERANCE = 1e-3
MAX_STEPS = 20000
CHECK_STEPS = 128
TEST_SAMPLES = 1000
STEP_SCALES = np.linspace(0, 2, 21)


def draw(rng, d, m, n):
    """X (m, d), y (m), W0 (n, d), u (n), test points (TEST_SAMPLES, d), labels."""
    y = rng.permutation(np.resize([1.0, -1.0], m) * rng.choice([-1.0, 1.0]))
    t = rng.choice([-1.0, 1.0], TEST_SAMPLES)
    u = np.repeat([1.0, -1.0], n // 2) / n**0.5
    X = rng.standard_normal((m, d))
    T = rng.standard_normal((TEST_SAMPLES, d))
    W0 = rng.standard_normal((n, d))
    for points, labels in (X, y), (T, t):
        points /= d**0.5
        points[:, 0] += labels * d**-0.2
    W0 *= INIT_SCALE / d**0.5
    return X, y, W0, u, T, t


def norm(A):
    return float((A * A).sum()) ** 0.5


def cosine_distance(A, B):
    return norm(A / norm(A) - B / norm(B)) ** 2 / 2


def output(Z, u):
    return u @ (Z * (Z > 0))


def alignment(W, A, X):
    """|theta/|theta| + grad/|grad||, the gradient being -A X."""
    return (2 * cosine_distance(W, A @ X)) ** 0.5


def nnls(K, b):
    """The minimum of x K x / 2 - b x over x >= 0 (Lawson & Hanson)."""
    x = np.zeros(len(b))
    free = np.zeros(len(b), bool)
    while True:
        slope = np.where(free, -np.inf, b - K @ x)
        if slope.max() <= 1e-12 * abs(b).max():
            return x
        free[slope.argmax()] = True
        while True:
            z = np.zeros(len(b))
            z[free] = np.linalg.solve(K[np.ix_(free, free)], b[free])
            falls = free & (z <= 0)
            if not falls.any():
                break
            x += (x[falls] / (x[falls] - z[falls])).min() * (z - x)
            free &= x > 1e-14 * x.max()
        x = z


def stationarity(array, X, G, y, u, theta, Z):
    """The rows A of sum_i lambda_i h_i = A X with the best multipliers, and eps."""
    S = (Z > 0) * u[:, None]
    K = (S.T @ S) * G * (y[:, None] * y)
    q = y * output(Z, u)  # <h_i, theta> = q_i, as N is homogeneous
    A = S * (y * array(nnls(np.asarray(K), np.asarray(q))))
    return A, norm(theta - A @ X)


def replicate(peer, rng, d, m, n, max_steps):
    """Numbers of one replicate, and the seconds of its trainings."""
    X, y, W0, u, T, t = map(peer.array, draw(rng, d, m, n))
    start = time.perf_counter()
    W, steps = peer.train(X, y, u, W0, max_steps)
    W_retrained, steps_retrained = peer.train(X[1:], y[1:], u, W0, max_steps)
    training = time.perf_counter() - start
    G = X @ X.T
    Z = W @ X.T
    margin = float((y * output(Z, u)).min())
    theta, Z = W / margin, Z / margin
    A, trained_eps = stationarity(peer.array, X, G, y, u, theta, Z)
    forgotten = A[:, :1]  # lambda_1 h_1 = forgotten X[:1]
    Z_test, Z_step = theta @ T.T, X[:1] @ T.T

    def accuracy(Z):
        return float((output(Z, u) * t > 0).sum()) / TEST_SAMPLES

    result = {
        "steps": steps,
        "trained_margin": margin,
        "trained_norm": norm(theta),
        "trained_eps": trained_eps,
        "accuracy_trained": accuracy(Z_test),
        "accuracy_retrained": accuracy(W_retrained @ T.T),
        "none_tau": cosine_distance(theta, W_retrained),
    }
    for s in map(float, STEP_SCALES):
        theta_s = theta - s * forgotten * X[:1]
        Z_s = Z - s * forgotten * G[:1]
        gamma = float((y * output(Z_s, u))[1:].min())
        result[f"scaled_eps {s:g}"] = stationarity(
            peer.array, X[1:], G[1:, 1:], y[1:], u, theta_s / gamma, Z_s[:, 1:] / gamma
        )[1]
        result[f"retrain_tau {s:g}"] = cosine_distance(theta_s, W_retrained)
        result[f"accuracy_unlearned {s:g}"] = accuracy(Z_test - s * forgotten * Z_step)
    return result, training, steps + steps_retrained


def job(peer, rng, size, replicates, max_steps=MAX_STEPS, of_steps=None):
    results = []
    start = time.perf_counter()
    added = 0.0
    for _ in range(replicates):
        result, training, steps = replicate(peer, rng, *size, max_steps)
        results.append(result)
        if of_steps:
            added += training * (2 * of_steps / steps - 1)
    print("seconds", time.perf_counter() - start + added)
    for name in results[0]:
        values = [r[name] for r in results]
        print("value", name.replace(" ", ":"), *values)


def step(peer, rng, size):
    """Microseconds a step, without the first product of a training."""
    X, y, W0, u, *_ = map(peer.array, draw(rng, *size))
    start = time.perf_counter()
    peer.train(X, y, u, W0, 8)
    steps = 8 + int(1 / ((time.perf_counter() - start) / 8))
    start = time.perf_counter()
    peer.train(X, y, u, W0, steps)
    microseconds = 1e6 * (time.perf_counter() - start) / (steps + 0.5)
    print("step", ",".join(map(str, size)), microseconds)


def main(peer):
    verb, seed, *rest = sys.argv[1:]
    rng = np.random.default_rng(int(seed))
    if verb == "step":
        for size in rest:
            step(peer, rng, [int(word) for word in size.split(",")])
    else:
        size, *counts = rest
        job(peer, rng, [int(word) for word in size.split(",")], *map(int, counts))
