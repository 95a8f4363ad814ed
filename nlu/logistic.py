"""Multinomial logistic regression by accelerated gradient descent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

STEPS: Final = 300
"""At most. With normalised vectors the loss stands still long before."""

STILL: Final = 1e-5
"""Largest entry of the gradient at which training ends."""


@dataclass(frozen=True, slots=True)
class Logistic:
    """Weights over standardised vectors. Logits are `((x - centre) · scale) @ weights + bias`."""

    centre: Matrix
    """Shape `(dimension,)`. Encoders' vectors share a large common part that tells nothing."""
    scale: float
    weights: Matrix
    """Shape `(dimension, classes)`."""
    bias: Matrix
    """Shape `(classes,)`."""

    def logits(self, vectors: NDArray[np.floating]) -> Matrix:
        """Shape `(rows, dimension)` to `(rows, classes)`."""
        found: Matrix = (np.asarray(vectors, np.float64) - self.centre) * self.scale @ self.weights + self.bias
        return found


def fit_logistic(vectors: NDArray[np.floating], classes: NDArray[np.intp], count: int, *, penalty: float) -> Logistic:
    """Minimise the mean log loss plus `penalty / 2 · |weights|²`; the bias isn't penalised.

    The problem is convex and starts at zero, so that the result depends on nothing but the data.
    Steps of 1/L with L from the largest eigenvalue of the second moments (Böhning 1992: the Hessian
    is at most half of that), Nesterov's momentum, restarted whenever it points uphill (O'Donoghue
    and Candès, "Adaptive restart for accelerated gradient schemes", 2015).

    Args:
        vectors: Shape `(rows, dimension)`.
        classes: The class of each row, 0 to `count - 1`.
        count: Number of classes.
        penalty: Above 0; vectors are scaled to a mean square length of 1.
    """
    centre = np.asarray(vectors, np.float64).mean(axis=0)
    inputs = np.asarray(vectors, np.float64) - centre
    length = float(np.sqrt((inputs**2).sum(axis=1).mean()))
    scale = 1.0 / length if length else 1.0
    inputs = np.hstack([inputs * scale, np.ones((len(inputs), 1))])
    wanted = np.zeros((len(inputs), count))
    wanted[np.arange(len(inputs)), classes] = 1.0
    ridge = np.full((inputs.shape[1], 1), penalty)
    ridge[-1] = 0.0
    step = 1.0 / (0.5 * float(np.linalg.eigvalsh(inputs.T @ inputs / len(inputs))[-1]) + penalty)
    here = ahead = np.zeros((inputs.shape[1], count))
    momentum = 1.0
    for _ in range(STEPS):
        gradient = inputs.T @ (softmax(inputs @ ahead) - wanted) / len(inputs) + ridge * ahead
        if float(np.abs(gradient).max()) < STILL:
            break
        there = ahead - step * gradient
        following = (1.0 + np.sqrt(1.0 + 4.0 * momentum**2)) / 2.0
        if float((gradient * (there - here)).sum()) > 0.0:
            following, ahead = 1.0, there
        else:
            ahead = there + (momentum - 1.0) / following * (there - here)
        here, momentum = there, following
    return Logistic(centre, scale, here[:-1], here[-1])


def softmax(logits: Matrix) -> Matrix:
    """Probabilities, each row's sum 1: shape `(rows, classes)` to the same."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Matrix = raised / raised.sum(axis=1, keepdims=True)
    return shares


def log_sum_exp(logits: Matrix) -> Matrix:
    """The negative free energy of each row: shape `(rows, classes)` to `(rows,)`."""
    top = logits.max(axis=1)
    energies: Matrix = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    return energies
