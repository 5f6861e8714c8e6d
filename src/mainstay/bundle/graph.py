"""The portable form as an ONNX graph in double precision: exact where the form is.

Casts to float32 stand only where the form has them; trees are TreeEnsemble of ai.onnx.ml 5 in the
precision of the form. Columns with the same steps go through them side by side, as one matrix.
"""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mainstay.bundle import ensemble, form, protobuf
from mainstay.bundle.drawing import Drawing
from mainstay.bundle.form import Feature, Form, Isotonic, Linear, Member, Sigmoid, Trees
from mainstay.bundle.interpret import width
from mainstay.bundle.protobuf import DOUBLE, INT64, Tensor

INPUT, OUTPUT = "mainstay.inputs", "mainstay.scores"
VERSIONS = {"": 18, "ai.onnx.ml": 5}
OPERATORS = {"add": "Add", "subtract": "Sub", "multiply": "Mul", "divide": "Div"}
Matrix = NDArray[np.float64]


def written(model: Form) -> bytes:
    """The bytes of an ONNX file: a matrix of inputs in, scores (rows, outputs) out.

    NaN where the model's library would refuse the row.
    """
    draw = Drawing()
    made = [_answer(draw, member, model.inputs) for member in model.members]
    total = made[0]
    for other in made[1:]:
        total = draw("Add", total, other)
    if len(made) > 1:
        total = draw("Div", total, np.array(float(len(made))))
    return _file(draw, total, model.inputs, model.outputs)


def margins(model: Form) -> bytes:
    """Likewise, up to the margins of all members side by side: `interpret.finished` ends it."""
    draw = Drawing()
    made = [_margin(draw, member, model.inputs) for member in model.members]
    total = made[0] if len(made) == 1 else draw("Concat", *made, axis=1)
    return _file(draw, total, model.inputs, sum(map(width, model.members)))


def grown(member: Member) -> bytes:
    """The trees of one member only: what they see in, shape (rows, features), its margins out.

    Raises TypeError for a member without trees.
    """
    if not isinstance(member.body, Trees):
        raise TypeError("a linear member has no trees")
    draw, features = Drawing(), len(member.features)
    raw = ensemble.drawn(draw, member.body, INPUT, np.arange(features))
    return _file(draw, raw, features, width(member))


def _file(draw: Drawing, made: str, inputs: int, outputs: int) -> bytes:
    draw.named(made, OUTPUT)
    tensors = (
        Tensor(INPUT, DOUBLE, ("rows", inputs)),
        Tensor(OUTPUT, DOUBLE, ("rows", outputs)),
    )
    return protobuf.model(draw.nodes, draw.constants, tensors, VERSIONS)


def _margin(draw: Drawing, member: Member, inputs: int) -> str:
    """No number where the model's library would refuse the row."""
    columns, order = _columns(draw, member.features, inputs)
    if isinstance(member.body, Trees):
        raw = ensemble.drawn(draw, member.body, columns, order)
    else:
        raw = _linear(draw, member.body, columns, order)
    if not (member.numbers or member.finite):
        return raw
    return draw("Add", raw, _refusals(draw, member, columns, inputs))


def _answer(draw: Drawing, member: Member, inputs: int) -> str:
    single = isinstance(member.body, Trees) and member.body.precision == "float32"
    answer = _linked(draw, member, _margin(draw, member, inputs), single=single)
    return _calibrated(draw, member.calibration, answer)


def _refusals(draw: Drawing, member: Member, columns: str, inputs: int) -> str:
    """Shape (rows, 1): 0, or no number for a row to refuse: zero times a number is zero."""
    parts = []
    others = member.numbers
    if others and set(member.features) <= set(others):
        parts.append((columns, len(member.features)))
        others = tuple(one for one in others if one not in member.features)
    if others:
        parts.append((_columns(draw, others, inputs)[0], len(others)))
    if member.finite:
        seen = _columns(draw, member.finite, inputs)[0]
        known = draw("Where", draw("IsNaN", seen), np.array(0.0), seen)
        parts.append((known, len(member.finite)))
    drawn = [draw("MatMul", name, np.zeros((size, 1))) for name, size in parts]
    total = drawn[0]
    for other in drawn[1:]:
        total = draw("Add", total, other)
    return total


def _columns(
    draw: Drawing, features: tuple[Feature, ...], inputs: int
) -> tuple[str, NDArray[np.int64]]:
    """One matrix, and at which of its columns each feature stands."""
    cast = all(one.steps[-1:] == (form.Cast(),) for one in features)
    plain = [Feature(one.input, one.steps[:-1]) if cast else one for one in features]
    order = sorted(range(len(plain)), key=lambda place: _likeness(plain[place]))
    parts = [
        _block(draw, [plain[place] for place in places], inputs)
        for _, places in itertools.groupby(order, key=lambda place: _likeness(plain[place]))
    ]
    matrix = parts[0] if len(parts) == 1 else draw("Concat", *parts, axis=1)
    matrix = draw.single(matrix) if cast else matrix
    return matrix, np.argsort(order).astype(np.int64)


def _likeness(feature: Feature) -> tuple[object, ...]:
    """Equal for features whose steps can be taken side by side."""
    return tuple(_shape(step) for step in feature.steps)


def _shape(step: form.Step) -> tuple[object, ...]:
    match step:
        case form.Arithmetic(operation, _):
            return ("Arithmetic", operation)
        case form.OneOf(values, missing):
            return ("OneOf", str(len(values)), str(missing))
        case form.Position(values) | form.Known(values):
            return (type(step).__name__, str(len(values)))
        case form.Bins(edges):
            return ("Bins", str(len(edges)))
        case _:
            return (type(step).__name__,)


def _block(draw: Drawing, features: Sequence[Feature], inputs: int) -> str:
    places = np.array([one.input for one in features])
    whole = len(places) == inputs and (places == np.arange(inputs)).all()
    matrix = INPUT if whole else draw("Gather", INPUT, places.astype(np.int64), axis=1)
    for steps in zip(*(one.steps for one in features), strict=True):
        matrix = _stepped(draw, matrix, steps)
    return matrix


def _stepped(draw: Drawing, matrix: str, steps: Sequence[form.Step]) -> str:
    match steps[0]:
        case form.Impute():
            fills = np.array([one.value for one in steps if isinstance(one, form.Impute)])
            return draw("Where", draw("IsNaN", matrix), fills, matrix)
        case form.Arithmetic(operation, _):
            by = np.array([one.value for one in steps if isinstance(one, form.Arithmetic)])
            return draw(OPERATORS[operation], matrix, by)
        case form.Clip():
            ends = np.array([(one.low, one.high) for one in steps if isinstance(one, form.Clip)])
            return draw("Min", draw("Max", matrix, ends[:, 0]), ends[:, 1])
        case form.Cast():
            return draw.single(matrix)
        case form.Lookup():
            return _looked_up(draw, matrix, [one for one in steps if isinstance(one, form.Lookup)])
        case _:
            return _compared(draw, matrix, steps)


def _looked_up(draw: Drawing, matrix: str, steps: list[form.Lookup]) -> str:
    """All tables end to end; a missing code is the place after the last one."""
    sizes = np.array([len(one.values) for one in steps])
    starts = np.cumsum([0, *(sizes + 1)])[:-1].astype(np.float64)
    table = np.concatenate([[*one.values, one.missing] for one in steps])
    codes = draw("Where", draw("IsNaN", matrix), sizes.astype(np.float64), matrix)
    places = draw("Cast", draw("Add", codes, starts), to=INT64)
    return draw("Gather", table, places, axis=0)


def _compared(draw: Drawing, matrix: str, steps: Sequence[form.Step]) -> str:
    """Each value against a row of values of its own: shape (rows, columns, values)."""
    match steps[0]:
        case form.OneOf(_, missing):
            known = [one.values for one in steps if isinstance(one, form.OneOf)]
            return _one_of(draw, matrix, np.array(known, dtype=np.float64), missing=missing)
        case form.Known():
            known = [one.values for one in steps if isinstance(one, form.Known)]
            found = _one_of(draw, matrix, np.array(known, dtype=np.float64), missing=False)
            return draw("Where", draw("Cast", found, to=protobuf.BOOL), matrix, np.array(np.nan))
        case form.Bins():
            edges = np.array([one.edges for one in steps if isinstance(one, form.Bins)])
            if not edges.shape[1]:  # one bin: older releases of onnxruntime sum nothing wrongly
                return draw("Mul", draw("Cast", draw("IsNaN", matrix), to=DOUBLE), np.array(0.0))
            above = draw("Less", _deep(draw, matrix), edges[None])  # which missing never is
            return draw.total(draw("Cast", draw("Not", above), to=DOUBLE))
        case _:
            return _positions(
                draw, matrix, [one for one in steps if isinstance(one, form.Position)]
            )


def _one_of(draw: Drawing, matrix: str, known: Matrix, *, missing: bool) -> str:
    """1 or 0, as float64."""
    absent = draw("IsNaN", matrix)
    if not known.shape[1]:
        told = draw("Cast", absent, to=DOUBLE)
        return told if missing else draw("Mul", told, np.array(0.0))
    if known.shape[1] == 1:
        found = draw("Equal", matrix, known[:, 0])
        return draw("Cast", draw("Or", found, absent) if missing else found, to=DOUBLE)
    found = draw.total(draw("Cast", draw("Equal", _deep(draw, matrix), known[None]), to=DOUBLE))
    return draw("Add", found, draw("Cast", absent, to=DOUBLE)) if missing else found


def _positions(draw: Drawing, matrix: str, steps: list[form.Position]) -> str:
    known = np.array([one.values for one in steps])
    equal = draw("Cast", draw("Equal", _deep(draw, matrix), known[None]), to=DOUBLE)
    place = draw.total(draw("Mul", equal, np.arange(float(known.shape[1]))))
    found = draw("Cast", draw.total(equal), to=protobuf.BOOL)
    made = draw("Where", found, place, np.array([one.unknown for one in steps]))
    absent = np.array([one.missing for one in steps])
    return draw("Where", draw("IsNaN", matrix), absent, made)


def _deep(draw: Drawing, matrix: str) -> str:
    return draw("Unsqueeze", matrix, np.array([2], dtype=np.int64))


def _linear(draw: Drawing, body: Linear, columns: str, order: NDArray[np.int64]) -> str:
    by_place = np.empty((len(order), len(body.intercept)))
    by_place[order] = body.coefficients.array.astype(np.float64).T
    return draw("Add", draw("MatMul", columns, by_place), np.array(body.intercept))


def _linked(draw: Drawing, member: Member, raw: str, *, single: bool) -> str:
    """Every operation rounded to float32 where the model's library works in that."""

    def rounded(name: str) -> str:
        return draw.single(name) if single else name

    if member.link == "none":
        return raw
    if member.link == "softmax":
        top = draw("ReduceMax", raw, np.array([1], dtype=np.int64), keepdims=1)
        powers = rounded(draw("Exp", rounded(draw("Sub", raw, top))))
    else:
        inverse = rounded(draw("Add", rounded(draw("Exp", draw("Neg", raw))), np.array(1.0)))
        powers = rounded(draw("Div", np.array(1.0), inverse))
    if member.link == "logistic":
        return powers
    total = draw("ReduceSum", powers, np.array([1], dtype=np.int64), keepdims=1)
    return rounded(draw("Div", powers, rounded(total)))


def _calibrated(draw: Drawing, calibration: Sigmoid | Isotonic | None, answer: str) -> str:
    match calibration:
        case None:
            return answer
        case Sigmoid(slope, offset):
            inner = draw("Add", draw("Mul", answer, np.array(slope)), np.array(offset))
            return draw("Div", np.array(1.0), draw("Add", draw("Exp", inner), np.array(1.0)))
        case Isotonic():
            return _interpolated(draw, calibration, answer)


def _interpolated(draw: Drawing, calibration: Isotonic, answer: str) -> str:
    """Slope times the way from the point before, plus its height, as numpy.interp rounds it."""
    places, values = np.array(calibration.places), np.array(calibration.values)
    slopes = np.append(np.diff(values) / np.diff(places), 0.0)
    inside = draw("Min", draw("Max", answer, places[:1]), places[-1:])
    passed = draw("GreaterOrEqual", inside, places[None, 1:])
    axis = np.array([1], dtype=np.int64)
    count = draw("ReduceSum", draw("Cast", passed, to=INT64), axis, keepdims=1)
    start, slope, height = (draw("Gather", one, count, axis=0) for one in (places, slopes, values))
    return draw("Add", draw("Mul", slope, draw("Sub", inside, start)), height)
