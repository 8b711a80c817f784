"""An answer as users see it: text when printed, HTML in a notebook, any format on request."""

from __future__ import annotations

from netledger import writers
from netledger.core.document import Document

__all__ = ["Answer"]


class Answer:
    """A document: `print(answer)`, `answer.to("latex")`."""

    __slots__ = ("document",)

    def __init__(self, document: Document) -> None:
        self.document = document

    def to(self, format: str) -> str:
        """The answer as text, markdown, latex or html.

        Raises:
            UnknownNameError: if there is no such format.

        """
        return writers.load(format).write(self.document)

    def __str__(self) -> str:
        return self.to("text")

    def __repr__(self) -> str:
        return f"<Answer: {self.document.title}>"

    def _repr_html_(self) -> str:
        return self.to("html")
