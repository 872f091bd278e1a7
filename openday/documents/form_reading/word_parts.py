"""Parts of a Word text while they are read."""

from dataclasses import dataclass, field

from openday.documents.form_reading.blocks import Block, Cell, Paragraph


@dataclass
class OpenParagraph(Paragraph):
    """A paragraph being read. `behind`: its text boxes; `joins_next`: its end was deleted."""

    pieces: list[str] = field(default_factory=list)
    behind: list[Block] = field(default_factory=list)
    joins_next: bool = False
    hidden: bool = False


@dataclass
class OpenCell(Cell):
    """A cell being read. `deleted`: by a tracked change; `joins_left`: it belongs to the cell before it."""

    deleted: bool = False
    joins_left: bool = False


@dataclass
class OpenRow:
    """A row being read. `before`: the columns that it leaves free at the left."""

    cells: list[OpenCell] = field(default_factory=list)
    before: int = 0
    deleted: bool = False


@dataclass
class FormField:
    """A field of the old kind: what a box or a list in it says, and how much had been read when it began."""

    text: str = ""
    read_before: int = 0
    default: bool = False
    checked: bool | None = None
    chosen: int = 0
    entries: list[str] = field(default_factory=list)
