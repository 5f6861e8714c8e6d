"""What people should know of a source or a column, for the catalogue; it enforces nothing."""

from typing import Annotated, Literal

from mainstay.contract.clauses import Clause, Section
from mainstay.contract.terms import Names, Text

Classification = Literal["public", "internal", "confidential", "restricted"]


class About(Section):
    """A column of which something is not stated has it of its source."""

    meaning: Annotated[Text | None, Clause("what it is, in a sentence")] = None
    owner: Annotated[Text | None, Clause("who answers for it")] = None
    classification: Annotated[Classification | None, Clause("how far it may be known")] = None
    personal: Annotated[bool | None, Clause("whether it says something of a person")] = None
    use: Annotated[Names, Clause("what it may be used for")] = ()
