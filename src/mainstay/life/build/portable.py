"""The rung of ONNX: a file that train() returned, or one written from the portable form."""

from functools import partial

from mainstay.bundle import contributions, form, graph, onnx, runtime, tolerance
from mainstay.bundle.edges import edges
from mainstay.bundle.form import Form
from mainstay.core.errors import MissingExtra, Mistake
from mainstay.life.build.candidate import Candidate, Making
from mainstay.trainer.fit import classes
from mainstay.trainer.formed import formed

OWN = "model.onnx"
"""How the worker saves what train() returned as an ONNX file."""


def given(making: Making) -> Candidate | str:
    """The user's own file; "" where the model is none.

    Raises Mistake where it would lose digits of the rows it was fitted on, MissingExtra.
    """
    path = making.folder / OWN
    if not path.is_file():
        return ""
    why = onnx.lost(path, making.training.inputs, making.training.rows)
    if why:
        raise Mistake(why, hint="export the model with double inputs, or give a difference")
    opened = partial(onnx.opened, path, None, making.training.inputs, _classes(making))
    return Candidate("onnx", {}, opened)


def written(making: Making) -> Candidate | str:
    """A file in double precision from the portable form, or why there is none."""
    if (making.folder / OWN).is_file():
        return ""
    model = formed(making.worker)
    if not isinstance(model, Form):
        return model.why
    try:
        return _candidate(model, making)
    except MissingExtra as error:
        return f"{error} ({error.hint})"


def _candidate(model: Form, making: Making) -> Candidate:
    files = {
        runtime.GRAPH: making.folder / "graph.onnx",
        runtime.FORM: making.folder / "form.msgpack",
    }
    onnx.required()
    files[runtime.GRAPH].write_bytes(graph.margins(model))
    form.written(files[runtime.FORM], contributions.centred(model, making.training.rows))
    given = making.training.inputs, _classes(making)
    opened = partial(onnx.opened, files[runtime.GRAPH], files[runtime.FORM], *given)
    units = partial(tolerance.units, model)
    return Candidate("onnx", files, opened, edges=edges(model), units=units)


def _classes(making: Making) -> int:
    """How many columns the scores have, 0 where they have none."""
    label, task = making.training.label, making.training.task
    return len(classes(label, task)) if task == "multiclass" else 0
