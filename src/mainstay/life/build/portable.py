"""Engines of a file that train() returned as ONNX, and of the portable form of what it fitted."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from mainstay.bundle import contributions, form, graph, onnx, runtime, straight, terms, tolerance
from mainstay.bundle.edges import edges
from mainstay.bundle.form import Form
from mainstay.bundle.manifest import Kind
from mainstay.core.errors import MissingExtra, Mistake
from mainstay.life.build.candidate import Candidate, Making
from mainstay.trainer.fit import classes
from mainstay.trainer.formed import formed

OWN = "model.onnx"
"""How the worker saves what train() returned as an ONNX file."""


def given(making: Making) -> Iterator[Candidate]:
    """The user's own file, where the model is one.

    Raises Mistake where it would lose digits of the rows it was fitted on, MissingExtra.
    """
    path = making.folder / OWN
    if not path.is_file():
        return
    why = onnx.lost(path, making.training.inputs, making.training.rows)
    if why:
        raise Mistake(why, hint="export the model with double inputs, or give a difference")
    opened = partial(onnx.opened, path, None, making.training.inputs, _classes(making))
    yield Candidate("onnx", {}, opened)


def formal(making: Making) -> Iterator[Candidate | str]:
    """What computes the portable form, or why there is none."""
    if (making.folder / OWN).is_file():
        return
    model = formed(making.worker)
    if not isinstance(model, Form):
        yield model.why
        return
    file = making.folder / "form.msgpack"
    centred = contributions.centred(model, making.training.rows)
    if terms.are(model):
        form.written(file, centred)
        yield _candidate("linear", model, {runtime.FORM: file}, partial(straight.opened, file))
    form.written(file, centred)  # a candidate that does not hold takes its files with it
    try:
        yield _drawn(model, file, making)
    except MissingExtra as error:
        file.unlink()
        yield f"{error} ({error.hint})"


def _drawn(model: Form, file: Path, making: Making) -> Candidate:
    """As an ONNX file in double precision."""
    onnx.required()
    drawn = making.folder / "graph.onnx"
    drawn.write_bytes(graph.margins(model))
    opened = partial(onnx.opened, drawn, file, making.training.inputs, _classes(making))
    return _candidate("onnx", model, {runtime.GRAPH: drawn, runtime.FORM: file}, opened)


def _candidate(
    kind: Kind, model: Form, files: dict[str, Path], opened: Callable[[], runtime.Engine]
) -> Candidate:
    units = partial(tolerance.units, model)
    return Candidate(kind, files, opened, edges=edges(model), units=units)


def _classes(making: Making) -> int:
    """How many columns the scores have, 0 where they have none."""
    label, task = making.training.label, making.training.task
    return len(classes(label, task)) if task == "multiclass" else 0
