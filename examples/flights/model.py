# /// script
# requires-python = ">=3.11"
# dependencies = ["lightgbm", "pandas", "scikit-learn"]
# ///
"""A gradient-boosted classifier of late arrivals."""

from lightgbm import LGBMClassifier


def train(inputs, label):
    return LGBMClassifier(n_estimators=200, learning_rate=0.05, random_state=0, verbose=-1).fit(inputs, label)
