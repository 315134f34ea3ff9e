"""Read the model of the last run back, and let it recognize an image."""

from __future__ import annotations

from sklearn.datasets import load_digits
from sklearn.pipeline import Pipeline

from zen_pipelines import get_pipeline

_POSITION = 1234

if __name__ == "__main__":
    run = get_pipeline("digits").runs[-1]
    model = run.get_step("train").output.read()
    if not isinstance(model, Pipeline):
        message = f"the output of step 'train' is a {type(model).__name__}"
        raise TypeError(message)
    images, digits = load_digits(return_X_y=True)
    (prediction,) = model.predict(images[[_POSITION]])
    print(f"Run '{run.name}' reads image {_POSITION} as {prediction}.")
    print(f"It shows {digits[_POSITION]}.")
