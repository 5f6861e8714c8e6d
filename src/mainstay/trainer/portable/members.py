"""What every importer of an estimator ends with: a member of the portable form."""

import warnings
from typing import Any

import numpy as np

from .parts import Block, Foreign, Header, name

Member = Header


def assembled(model: Any, block: Block, body: Header, link: str, *, narrow: bool = False) -> Member:
    """A member whose estimator looks at its input as it was found to do, by asking it.

    narrow: it casts to float32 first.
    """
    if any(one.texts is not None for one in block.columns):
        raise Foreign(f"{name(model)} of a column of text")
    columns = [one.then("Cast") if narrow else one for one in block.columns]
    block = block.of(columns, sparse=block.sparse)
    takes_missing, takes_infinite = (_takes(model, value) for value in (np.nan, np.inf))
    if not takes_missing:
        block = block.checked(missing=False)
    elif not takes_infinite:
        block = block.checked(missing=True)
    return {
        "features": [one.feature for one in block.columns],
        "numbers": [one.feature for one in block.numbers],
        "finite": [one.feature for one in block.finite],
        "body": body,
        "link": link,
    }


def _takes(model: Any, value: float) -> bool:
    """Whether it scores a row that holds this; which release takes missing values differs."""
    row = np.zeros((1, model.n_features_in_))
    row[0, 0] = value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model.predict(row)
        except Exception:  # noqa: BLE001 - each library refuses in its own way
            return False
    return True


def many(model: Any) -> bool:
    """Whether it tells more than two classes apart."""
    return hasattr(model, "classes_") and len(model.classes_) > 2
