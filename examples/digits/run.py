"""Train a classifier of handwritten digits in four steps.

Run it with `zen run examples/digits/run.py`, or with Python itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from zen_pipelines import pipeline, step


class Data(NamedTuple):
    """Hold images of 8 by 8 pixels as rows, and the digit that each shows."""

    images: np.ndarray
    digits: np.ndarray


class Split(NamedTuple):
    """Hold the images to train on and those to test with."""

    train_images: np.ndarray
    test_images: np.ndarray
    train_digits: np.ndarray
    test_digits: np.ndarray


@step
def load() -> Data:
    """Load the 1797 handwritten digits that come with scikit-learn."""
    images, digits = load_digits(return_X_y=True)
    return Data(images, digits)


@step
def split(images: np.ndarray, digits: np.ndarray, test_size: float, seed: int) -> Split:
    """Set some of the images aside, the same share of each digit."""
    parts = train_test_split(
        images, digits, test_size=test_size, random_state=seed, stratify=digits
    )
    return Split(*parts)


@step
def train(images: np.ndarray, digits: np.ndarray, regularization: float) -> Pipeline:
    """Fit a logistic regression to the scaled pixels."""
    model = make_pipeline(
        StandardScaler(),
        LogisticRegression(C=regularization, max_iter=1000, random_state=0),
    )
    return model.fit(images, digits)


@step
def evaluate(model: Pipeline, images: np.ndarray, digits: np.ndarray) -> float:
    """Return the share of the images that the model recognizes."""
    return float(np.mean(model.predict(images) == digits))


@pipeline
def digits(
    test_size: float = 0.25, regularization: float = 0.1, seed: int = 42
) -> None:
    """Load, split, train and evaluate."""
    data = load()
    parts = split(data.images, data.digits, test_size=test_size, seed=seed)
    model = train(parts.train_images, parts.train_digits, regularization)
    evaluate(model, parts.test_images, parts.test_digits)


if __name__ == "__main__":
    accuracy = digits(test_size=0.3).run().get_step("evaluate").output.read()
    print(f"Accuracy: {accuracy:.4f}")
