"""From an Experiment to what is trained: its points, its objective, its first weights."""

from dataclasses import replace

import numpy as np

from mlp.base.arrays import Array
from mlp.data.own import OwnData, UnknownDataError
from mlp.data.shapes import DATASETS, Data, shifted
from mlp.experiment import OWN, Experiment
from mlp.network import Objective


def make_data(experiment: Experiment, own: OwnData | None = None) -> Data:
    """Return the points of an experiment; the same experiment gives the same digits.

    Parameters
    ----------
    experiment : Experiment
        Draws from its data_seed; own points are shuffled by it, so that what is trained on is
        drawn by lot.
    own : OwnData, optional
        The points that ``data_id`` names, where the data set is "custom"; else they do not count.

    Raises
    ------
    UnknownDataError
        If it needs own points and these are not the ones.
    """
    random = np.random.RandomState(experiment.data_seed)
    if experiment.dataset == OWN:
        return _make_own(experiment, own, random)
    X, labels = DATASETS[experiment.dataset](experiment.points, experiment.noise, random)
    return _protected(Data(X=X, labels=labels, n_train=experiment.n_train))


def _make_own(experiment: Experiment, own: OwnData | None, random: np.random.RandomState) -> Data:
    if own is None or own.data_id != experiment.data_id:
        raise UnknownDataError(
            f"data_id = {experiment.data_id}: these points are not here; bring their file again"
        )
    if len(own.labels) != experiment.points:
        raise ValueError(
            f"points = {experiment.points}: must be {len(own.labels)}, which data_id = "
            f"{experiment.data_id} has"
        )
    order = random.permutation(experiment.points)
    X = shifted(own.X[order], experiment.noise, random)
    data = _protected(Data(X=X, labels=own.labels[order], n_train=experiment.n_train))
    return replace(data, names=own.names, classes=own.classes, shift=own.shift, scale=own.scale)


def _protected(data: Data) -> Data:
    data.X.setflags(write=False)
    data.labels.setflags(write=False)
    return data


def initial_weights(experiment: Experiment) -> Array:
    """Return the untrained weights as one flat vector: W1, then W2, bias rows zero.

    Each weight is uniform in +-init_scale / sqrt(fan_in), fan_in being 2 and ``hidden``.
    """
    return scaled_weights(experiment, np.array([experiment.init_scale]))[:, 0].copy()


def scaled_weights(experiment: Experiment, scales: Array) -> Array:
    """Return the untrained weights (P, k) for k values of ``init_scale``, a column each."""
    random = np.random.RandomState(experiment.init_seed)
    layers = []
    for fan_in, fan_out in ((2, experiment.hidden), (experiment.hidden, 2)):
        W = 2 * random.random_sample((fan_in, fan_out)) - 1
        scaled = W[:, :, None] * (scales / np.sqrt(fan_in))
        layers += [scaled, np.zeros((int(experiment.bias), fan_out, len(scales)))]
    return np.concatenate([layer.reshape(-1, len(scales)) for layer in layers])


def with_ones(experiment: Experiment, X: Array) -> Array:
    """Return X as the network takes it: the column of ones appended where there is a bias."""
    ones = np.ones((len(X), int(experiment.bias)))
    return np.asfortranarray(np.hstack([X, ones]))


def make_objective(experiment: Experiment, data: Data | None = None) -> Objective:
    """Return what an experiment descends: its training points, shape and penalties.

    ``data`` are its points, where they are made already; own points must be.
    """
    data = make_data(experiment) if data is None else data
    n = data.n_train
    return Objective(
        X=with_ones(experiment, data.X[:n]),
        Y=np.asfortranarray(data.Y[:n]),
        hidden=experiment.hidden,
        l1=experiment.l1,
        l2=experiment.l2,
        article=experiment.l2_gradient == "article",
    )
