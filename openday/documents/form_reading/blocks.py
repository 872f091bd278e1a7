"""A Word text as read: paragraphs, tables, cells. What is deleted, hidden or a placeholder is no longer in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass
class Paragraph:
    """`pictures`: names of package parts. `numbered`: Word prints a number before it which is not in the text."""

    text: str = ""
    pictures: list[str] = field(default_factory=list)
    numbered: bool = False


@dataclass
class Cell:
    """`column`, `span`: on the grid of its table, from 0. `continues`: it is the lower part of the cell above."""

    column: int = 0
    span: int = 1
    continues: bool = False
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Table:
    """Rows of cells from left to right."""

    rows: list[list[Cell]] = field(default_factory=list)


Block = Paragraph | Table


@dataclass(frozen=True)
class WordText:
    """`body`: the document from top to bottom, text boxes behind the paragraph at which they are anchored. `headers`:
    what stands at the top of every page."""

    body: Sequence[Block]
    headers: Sequence[Block] = ()


def paragraphs(blocks: Sequence[Block]) -> Iterator[Paragraph]:
    """The paragraphs that stand in `blocks` themselves, those of tables left out."""
    return (block for block in blocks if isinstance(block, Paragraph))


def tables(blocks: Sequence[Block]) -> Iterator[Table]:
    """The tables that stand in `blocks` themselves, not those in cells of others."""
    return (block for block in blocks if isinstance(block, Table))


def text_of(blocks: Sequence[Block]) -> str:
    """The paragraphs as lines."""
    return "\n".join(paragraph.text for paragraph in paragraphs(blocks))
