"""A small model of a yes or no, as a user writes it: a line through all inputs."""

CHANCES = """
    import numpy as np

    class Line:
        classes_ = np.array([False, True])

        def predict_proba(self, inputs):
            yes = 1 / (1 + np.exp(-inputs @ self.slopes))
            return np.column_stack([1 - yes, yes])

    def train(inputs: np.ndarray, label):
        model = Line()
        model.slopes = np.linalg.lstsq(inputs, np.asarray(label) * 2.0 - 1, rcond=None)[0]
        return model
"""
