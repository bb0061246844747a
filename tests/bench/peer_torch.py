"""The job of a sweep grid in PyTorch, one thread; see peer.py.

The gradient comes from autograd or is written by hand: the faster one is used.
"""
import os

for name in "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS":
    os.environ[name] = "1"

import sys
import time

import torch

import peer

torch.set_num_threads(1)
array = torch.as_tensor


def autograd(W, Z, q, weight, X, y, u):
    (gradient,) = torch.autograd.grad(q, W, weight)
    with torch.no_grad():
        W.add_(gradient, alpha=peer.LEARNING_RATE)


def by_hand(W, Z, q, weight, X, y, u):
    W.addmm_(coefficients(Z, weight, y, u), X, alpha=peer.LEARNING_RATE)


def coefficients(Z, weight, y, u):
    return (Z > 0) * u[:, None] * (y * weight)


def train_by(move, X, y, u, W0, max_steps):
    W = W0.clone().requires_grad_(move is autograd)
    for steps in range(max_steps + 1):
        Z = W @ X.T
        q = y * (u @ torch.relu(Z))
        weight = torch.softmax(torch.nn.functional.logsigmoid(-q.detach()), 0)
        if steps == max_steps:
            break
        if steps % peer.CHECK_STEPS == 0:
            A = coefficients(Z.detach(), weight, y, u)
            if peer.alignment(W.detach(), A, X) <= peer.TOLERANCE:
                break
        move(W, Z, q, weight, X, y, u)
    return W.detach(), steps


def faster(X, y, u, W0):
    def seconds(move):
        start = time.perf_counter()
        train_by(move, X, y, u, W0, 8)
        return time.perf_counter() - start

    return min((autograd, by_hand), key=lambda move: min(seconds(move) for _ in "123"))


chosen = {}


def train(X, y, u, W0, max_steps):
    """Normalised gradient descent; returns W and the number of steps."""
    if W0.shape not in chosen:
        chosen[W0.shape] = faster(X, y, u, W0)
        print("gradient", chosen[W0.shape].__name__)
    return train_by(chosen[W0.shape], X, y, u, W0, max_steps)


if __name__ == "__main__":
    peer.main(sys.modules[__name__])
