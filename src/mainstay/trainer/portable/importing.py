"""The model of this process as a portable form, or why the form cannot hold it.

Loaded by path in the model's own process, where Mainstay is not installed: this package holds
standard library, NumPy and relative imports only.
"""

from typing import Any

from .estimators import member
from .members import Member
from .parts import Array, Block, Column, Foreign, Header, Tables, name, plainly
from .preprocessing import transformed


def imported(fitted: Any, library: str, header: Header) -> tuple[Header, list[Array]]:
    """`form` and its arrays, or `why` not.

    library: what the inputs come as. header: inputs, task and classes, as the model was fitted.
    """
    tables = Tables()
    try:
        form = _form(fitted, _inputs(library, header["inputs"]), tables, header)
    except Foreign as refusal:
        return {"why": f"the portable form does not hold {refusal}"}, []
    except Exception as error:  # noqa: BLE001 - another release of a library: its own process serves it
        what = f"{type(error).__name__}: {error}"
        return {"why": f"the portable form cannot be made of {name(fitted)}: {what}"}, []
    return {"form": form, "why": ""}, tables.arrays


def _inputs(library: str, inputs: list[Header]) -> Block:
    if library not in ("pandas", "numpy"):
        raise Foreign(f"a model of {library} columns")
    text = library == "pandas"
    return Block(
        tuple(
            Column(at, texts=tuple(one["levels"]) if text and one["kind"] == "text" else None)
            for at, one in enumerate(inputs)
        )
    )


def _form(fitted: Any, block: Block, tables: Tables, header: Header) -> Header:
    _same_classes(fitted, header)
    members = _members(fitted, block, tables)
    outputs = len(header["classes"]) if header["task"] == "multiclass" else 1
    widths = {_width(one) for one in members}
    if widths != {outputs}:
        raise Foreign(f"{name(fitted)} with {widths} outputs where {outputs} are asked for")
    return {"inputs": len(block.columns), "outputs": outputs, "members": members}


def _width(member: Header) -> int:
    body = member["body"]
    return len(body["intercept" if body["type"] == "Linear" else "base"])


def _same_classes(fitted: Any, header: Header) -> None:
    known = getattr(fitted, "classes_", None)
    if known is None:
        return
    if header["task"] == "regression":
        raise Foreign(f"{name(fitted)} for regression")
    seen = [one.item() if hasattr(one, "item") else one for one in known]
    if seen != list(header["classes"]):
        raise Foreign(f"{name(fitted)} that has not seen every class of the label")


def _members(fitted: Any, block: Block, tables: Tables) -> list[Member]:
    """Of a calibrated classifier one per fold; a pipeline may end in one."""
    if name(fitted) == "sklearn.Pipeline":
        *steps, (_, last) = fitted.steps
        if name(last) == "sklearn.CalibratedClassifierCV":
            for _, step in steps:
                block = transformed(step, block)
            return _members(last, block, tables)
    if name(fitted) != "sklearn.CalibratedClassifierCV":
        return [member(fitted, block, tables)]
    return [_calibrated(one, block, tables) for one in fitted.calibrated_classifiers_]


def _calibrated(one: Any, block: Block, tables: Tables) -> Member:
    if len(one.classes) > 2:
        raise Foreign("sklearn.CalibratedClassifierCV of more than two classes")
    if one.method not in ("sigmoid", "isotonic"):
        raise Foreign(f"sklearn.CalibratedClassifierCV with method={one.method!r}")
    made = member(one.estimator, block, tables)
    if hasattr(one.estimator, "decision_function"):
        made["link"] = "none"
    if made["body"].get("precision") == "float32":
        raise Foreign("sklearn.CalibratedClassifierCV of an XGBoost model")
    (calibrator,) = one.calibrators
    if one.method == "sigmoid":
        shape = {"type": "Sigmoid", "slope": float(calibrator.a_), "offset": float(calibrator.b_)}
    else:
        plainly(calibrator, out_of_bounds="clip")
        places, values = calibrator.X_thresholds_.tolist(), calibrator.y_thresholds_.tolist()
        shape = {"type": "Isotonic", "places": places, "values": values}
    return {**made, "calibration": shape}
