"""Other ways to train the same network, each written as its users would write it.

A peer is one function from a Task to ``run(steps)``, and one entry of ``PEERS``. A run starts
from the task's weights, takes that many full-batch steps in float64, keeps the loss of each, and
returns the trained weights. A library is imported only where it is measured.
"""
# ruff: noqa: PLC0415

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlp import Experiment
from mlp.base.arrays import Array, Labels
from mlp.network import unpack
from mlp.training.inputs import initial_weights, make_data

Weights = tuple[Array, Array]
Run = Callable[[int], Weights]


@dataclass(frozen=True, eq=False)
class Task:
    """What every peer is given: all points, the first n of them to train on, and the weights."""

    X_all: Array
    labels_all: Labels
    Y_all: Array
    n: int
    W1: Array
    W2: Array
    learning_rate: float
    l2: float

    @property
    def X(self) -> Array:
        return self.X_all[: self.n]

    @property
    def Y(self) -> Array:
        return self.Y_all[: self.n]


def make_task(experiment: Experiment) -> Task:
    """Return an experiment without bias, at a constant rate, as its bare numbers."""
    data = make_data(experiment)
    W1, W2 = unpack(initial_weights(experiment), experiment.input_rows, experiment.hidden)
    return Task(
        X_all=data.X,
        labels_all=data.labels,
        Y_all=data.Y,
        n=data.n_train,
        W1=W1,
        W2=W2,
        learning_rate=experiment.learning_rate,
        l2=experiment.l2,
    )


def logistic(Z: Array) -> Array:
    H: Array = 1.0 / (1.0 + np.exp(-Z))
    return H


def softmax(Z: Array) -> Array:
    P: Array = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
    return P


def predicted_class(X: Array, W1: Array, W2: Array) -> Labels:
    labels: Labels = softmax(logistic(X @ W1) @ W2).argmax(axis=1)
    return labels


def article_loop(task: Task) -> Run:
    """The work of the article's program, step by step (github.com/omar-florez/scratch_mlp).

    Every step picks its rows anew, computes class probabilities that nobody uses, and appends
    the loss and the accuracy on all points to lists. Its L2 term is the published one.
    """
    X_all, Y_all, l2 = task.X_all, task.Y_all.astype(int), task.l2

    def run(steps: int) -> Weights:
        W1, W2 = task.W1.copy(), task.W2.copy()
        losses, accuracies = [], []
        for step in range(steps):
            batch = np.arange(len(X_all))[: task.n]
            H1 = logistic(X_all[batch] @ W1)
            H2 = logistic(H1 @ W2)
            softmax(H2)
            squares = np.sum((Y_all[batch] - H2) ** 2)
            penalty = l2 * (np.sum(W1**2) + np.sum(W2**2))
            losses.append((step, (squares + penalty) / (2 * task.n)))

            dL_dZ2 = -(Y_all[batch] - H2) * (H2 * (1.0 - H2))
            dL_dW2 = H1.T @ dL_dZ2 + l2 * np.sum(W2**2)
            dL_dZ1 = (dL_dZ2 @ W2.T) * (H1 * (1.0 - H1))
            dL_dW1 = X_all[batch].T @ dL_dZ1 + l2 * np.sum(W1**2)
            W2 -= task.learning_rate * dL_dW2
            W1 -= task.learning_rate * dL_dW1

            hits = predicted_class(X_all, W1, W2) == np.argmax(Y_all, axis=1)
            accuracies.append((step, np.sum(hits) / len(Y_all)))
        return W1, W2

    return run


def logistic_into(H: Array) -> None:
    """Replace Z by its sigmoid."""
    np.negative(H, out=H)
    np.exp(H, out=H)
    np.add(H, 1.0, out=H)
    np.reciprocal(H, out=H)


def preallocated_numpy(task: Task) -> Run:
    """Plain NumPy that writes every intermediate result where the step before had it."""
    X, Y, n, hidden = task.X, task.Y, task.n, task.W1.shape[1]
    H1, S1, dL_dZ1 = (np.empty((n, hidden)) for _ in range(3))
    H2, S2, dL_dZ2 = (np.empty((n, 2)) for _ in range(3))
    dL_dW1, dL_dW2 = np.empty((2, hidden)), np.empty((hidden, 2))
    decay = 1.0 - task.learning_rate * task.l2

    def run(steps: int) -> Weights:
        W1, W2 = task.W1.copy(), task.W2.copy()
        w1, w2, error, losses = W1.ravel(), W2.ravel(), dL_dZ2.ravel(), np.empty(steps)
        for step in range(steps):
            np.matmul(X, W1, out=H1)
            logistic_into(H1)
            np.matmul(H1, W2, out=H2)
            logistic_into(H2)
            np.subtract(H2, Y, out=dL_dZ2)
            losses[step] = 0.5 * error.dot(error) + 0.5 * task.l2 * (w1.dot(w1) + w2.dot(w2))

            np.subtract(1.0, H2, out=S2)
            np.multiply(S2, H2, out=S2)
            np.multiply(dL_dZ2, S2, out=dL_dZ2)
            np.matmul(H1.T, dL_dZ2, out=dL_dW2)
            np.matmul(dL_dZ2, W2.T, out=dL_dZ1)
            np.subtract(1.0, H1, out=S1)
            np.multiply(S1, H1, out=S1)
            np.multiply(dL_dZ1, S1, out=dL_dZ1)
            np.matmul(X.T, dL_dZ1, out=dL_dW1)

            for W, dL_dW in ((W1, dL_dW1), (W2, dL_dW2)):
                np.multiply(dL_dW, task.learning_rate, out=dL_dW)
                np.multiply(W, decay, out=W)
                np.subtract(W, dL_dW, out=W)
        return W1, W2

    return run


def scikit_learn(task: Task) -> Run:
    """One ``fit`` of MLPClassifier: both layers logistic, one batch an epoch, plain descent.

    It has no squared error behind a sigmoid, and always has biases: two outputs to fit at once
    make it descend the cross-entropy. The shapes and the work are ours; the digits are not.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    def run(steps: int) -> Weights:
        model = MLPClassifier(
            hidden_layer_sizes=(task.W1.shape[1],),
            activation="logistic",
            solver="sgd",
            alpha=task.l2,
            batch_size=task.n,
            learning_rate_init=task.learning_rate * task.n,  # it takes the mean, we the sum
            momentum=0.0,
            nesterovs_momentum=False,
            shuffle=False,
            max_iter=steps,
            n_iter_no_change=steps + 1,
            random_state=0,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(task.X, task.Y)
        if model.n_iter_ != steps:
            raise RuntimeError(f"scikit-learn took {model.n_iter_} steps where {steps} were asked")
        W1, W2 = model.coefs_
        return W1, W2

    return run


def pytorch(task: Task) -> Run:
    """Eager PyTorch: nn.Linear and nn.Sigmoid, autograd, and SGD with the penalty as its decay."""
    import torch

    torch.set_num_threads(1)
    X, Y = torch.tensor(task.X), torch.tensor(task.Y)
    hidden = task.W1.shape[1]

    def run(steps: int) -> Weights:
        first = torch.nn.Linear(2, hidden, bias=False, dtype=torch.float64)
        second = torch.nn.Linear(hidden, 2, bias=False, dtype=torch.float64)
        with torch.no_grad():
            first.weight.copy_(torch.tensor(task.W1.T))
            second.weight.copy_(torch.tensor(task.W2.T))
        model = torch.nn.Sequential(first, torch.nn.Sigmoid(), second, torch.nn.Sigmoid())
        optimizer = torch.optim.SGD(model.parameters(), lr=task.learning_rate, weight_decay=task.l2)
        losses = []
        for _ in range(steps):
            optimizer.zero_grad()
            loss = 0.5 * ((model(X) - Y) ** 2).sum()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return first.weight.detach().numpy().T, second.weight.detach().numpy().T

    return run


def jax_scan(task: Task) -> Run:
    """JAX: the objective's gradient by ``value_and_grad``, all steps in one compiled lax.scan."""
    import jax
    import jax.numpy as jnp

    X, Y = jnp.asarray(task.X), jnp.asarray(task.Y)

    def objective(weights: Any) -> Any:
        W1, W2 = weights
        H2 = jax.nn.sigmoid(jax.nn.sigmoid(X @ W1) @ W2)
        penalty = task.l2 * (jnp.sum(W1**2) + jnp.sum(W2**2)) if task.l2 else 0.0
        return 0.5 * jnp.sum((H2 - Y) ** 2) + 0.5 * penalty

    def step(weights: Any, _: None) -> Any:
        loss, gradient = jax.value_and_grad(objective)(weights)
        moved = jax.tree.map(lambda W, dL_dW: W - task.learning_rate * dL_dW, weights, gradient)
        return moved, loss

    def scan(weights: Any, steps: int) -> Any:
        return jax.lax.scan(step, weights, length=steps)

    compiled = jax.jit(scan, static_argnums=1)

    def run(steps: int) -> Weights:
        start = (jnp.asarray(task.W1), jnp.asarray(task.W2))
        (W1, W2), _losses = jax.block_until_ready(compiled(start, steps))
        if W1.dtype != np.float64:
            raise RuntimeError(f"JAX trained in {W1.dtype}")
        return np.asarray(W1), np.asarray(W2)

    return run


@dataclass(frozen=True)
class Peer:
    """A peer, its title in the table, and how much of it is measured and compared.

    ``steps`` are taken for one measurement, fewer where a step is slow. ``l2_gradient`` is the
    L2 term with which our weights must come out the same; None where the loss is another.
    """

    prepare: Callable[[Task], Run]
    title: str
    steps: int
    l2_gradient: str | None = "derived"


PEERS: dict[str, Peer] = {
    "article": Peer(article_loop, "The article's loop, restated", 8_000, "article"),
    "numpy": Peer(preallocated_numpy, "NumPy, preallocated arrays", 30_000),
    "sklearn": Peer(scikit_learn, "scikit-learn MLPClassifier", 4_000, None),
    "torch": Peer(pytorch, "PyTorch, eager", 4_000),
    "jax": Peer(jax_scan, "JAX, lax.scan compiled by XLA", 200_000),
}
