"""The contract as a value: what a version of it means, each clause with its default."""

from typing import Annotated

from pydantic import AfterValidator

from mainstay.contract.batch import Score
from mainstay.contract.clauses import Clause, Section
from mainstay.contract.data import Data
from mainstay.contract.objective import Objective
from mainstay.contract.operation import Access, Certify, Serve, Train, Watch
from mainstay.contract.terms import Slug, Text, Whole, wrong

LANGUAGE = 1


def _language(version: int) -> int:
    if version != LANGUAGE:
        raise wrong(f"is {version}", f"write {LANGUAGE}")
    return version


class Contract(Section):
    """What is promised of one model."""

    mainstay: Annotated[Whole, AfterValidator(_language), Clause("the version of this language, 1")]
    model: Annotated[Slug, Clause("what the model is called", ("bench", "door", "field"))]
    owner: Annotated[Text, Clause("who answers for it, and hears of incidents", ("field",))]
    objective: Annotated[Objective, Clause("why the model exists", ("bench", "door", "field"))]
    data: Annotated[Data, Clause("what it lives on", ("bench", "door", "field"))]
    train: Annotated[Train, Clause("what train() is given", ("bench", "field"))] = Train()
    certify: Annotated[Certify, Clause("what a version must show", ("bench", "door"))] = Certify()
    serve: Annotated[Serve, Clause("how the door answers", ("bench", "door", "field"))] = Serve()
    score: Annotated[Score, Clause("how batches are answered", ("door",))] = Score()
    watch: Annotated[Watch, Clause("how live data is judged", ("field",))] = Watch()
    access: Annotated[Access, Clause("who may do what", ("bench", "door"))] = Access()
