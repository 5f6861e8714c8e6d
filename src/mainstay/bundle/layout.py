"""Where what lies in a bundle, beside its manifest, its lock, its code and its engine."""

GOLDEN = "golden.json"
"""Rows with their expected inputs and scores."""
PROFILE = "profile.json"
"""What the training rows looked like, in counts."""
SCORES = "scores.json"
"""What answers about rows that the model did not learn from look like, in counts by windows."""
PARITY = "parity.json"
"""How far the engine is from the model that was fitted."""
ENGINE = "engine"
"""Folder of the engine's files and of the original."""
ULP = 4
"""Units in the last place that an engine may differ from the model itself."""
