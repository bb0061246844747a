"""The job of a sweep grid in NumPy, one thread; see peer.py."""
import os

for name in "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS":
    os.environ[name] = "1"

import numpy as np

import peer

array = np.asarray


def train(X, y, u, W0, max_steps):
    """Normalised gradient descent; returns W and the number of steps."""
    W = W0.copy()
    Z = np.empty((len(W), len(X)))
    move = np.empty_like(W)
    scale = peer.LEARNING_RATE * u[:, None]
    for steps in range(max_steps + 1):
        np.matmul(W, X.T, out=Z)
        active = Z > 0
        q = y * (u @ (Z * active))
        weight = -np.logaddexp(0, q)
        weight = np.exp(weight - weight.max())
        weight /= weight.sum()
        A = active * scale * (y * weight)
        if steps == max_steps or (
            steps % peer.CHECK_STEPS == 0
            and peer.alignment(W, A, X) <= peer.TOLERANCE
        ):
            return W, steps
        np.matmul(A, X, out=move)
        W += move


if __name__ == "__main__":
    import sys

    peer.main(sys.modules[__name__])
