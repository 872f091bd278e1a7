"""What the styles of a Word document say about text: which hide it, which number its paragraphs."""

from xml.parsers import expat

from openday.documents.form_reading.package import PackageRefused, parse_xml
from openday.documents.form_reading.word_names import MAX_DEPTH, NAMES, Attributes, attribute, is_on


class Styles:
    """Which styles hide their text and which number their paragraphs, what they are based on included."""

    def __init__(self) -> None:
        self.hidden: set[str] = set()
        self.numbered: set[str] = set()
        self._path: list[str] = []
        self._style = ""
        self._based_on: dict[str, str] = {}

    def read(self, content: bytes) -> None:
        """Take in the styles part."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.EndElementHandler = self._end
        parse_xml(content, self._start, parser)
        for found in (self.hidden, self.numbered):
            for _ in range(MAX_DEPTH):
                more = {style for style, base in self._based_on.items() if base in found} - found
                found |= more
                if not more:
                    break

    def _start(self, name: str, attributes: Attributes) -> None:
        short = NAMES.get(name, "")
        if len(self._path) > MAX_DEPTH:
            raise PackageRefused("complex")
        self._path.append(short)
        if short == "w:style":
            self._style = attribute(attributes, "styleId")
        elif short == "w:basedOn":
            self._based_on[self._style] = attribute(attributes, "val")
        elif short == "w:vanish" and self._path[-3:-1] == ["w:style", "w:rPr"] and is_on(attributes):
            self.hidden.add(self._style)
        elif short == "w:numId" and attribute(attributes, "val") != "0":
            self.numbered.add(self._style)

    def _end(self, _: str) -> None:
        self._path.pop()
