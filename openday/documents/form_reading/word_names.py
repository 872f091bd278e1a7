"""The names of WordprocessingML that are read, whichever of its two editions a file was written in."""

WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
DRAWING = ("http://schemas.openxmlformats.org/drawingml/2006/main", "http://purl.oclc.org/ooxml/drawingml/main")
MATHS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "http://purl.oclc.org/ooxml/officeDocument/math",
)
RELATIONS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
COMPATIBILITY = ("http://schemas.openxmlformats.org/markup-compatibility/2006",)
VECTOR = ("urn:schemas-microsoft-com:vml",)
XML_SPACE = "http://www.w3.org/XML/1998/namespace space"

# What the properties were before a change, and the small letters above a word.
LEFT_OUT = {
    *(f"w:{part}PrChange" for part in ("p", "r", "tbl", "tr", "tc", "sect")),
    "w:tblPrExChange",
    "w:tblGridChange",
    "w:numberingChange",
    "w:rt",
}
MARKS_IN_RUNS = {"w:tab": "\t", "w:ptab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-"}
# Ticked and empty boxes of the symbol faces (Wingdings, Wingdings 2, Segoe UI Symbol), by the low byte of the code.
TICKED, EMPTY_BOX, UNKNOWN = "☑", "□", "\ufffd"
SYMBOLS = {
    "wingdings": dict.fromkeys((0xFC, 0xFE, 0xFD, 0x78), TICKED) | dict.fromkeys((0x6F, 0x71, 0x72, 0xA8), EMPTY_BOX),
    "wingdings 2": dict.fromkeys((0x50, 0x52, 0x51, 0x53, 0x54), TICKED) | dict.fromkeys((0x2A, 0xA3), EMPTY_BOX),
}
NAMES = {
    f"{space} {local}": f"{prefix}:{local}"
    for prefix, spaces, locals_ in (
        (
            "w",
            WORD,
            [
                "rFonts",
                "p",
                "r",
                "t",
                "tab",
                "ptab",
                "br",
                "cr",
                "noBreakHyphen",
                "sym",
                "pPr",
                "rPr",
                "pStyle",
                "rStyle",
                "vanish",
                "numPr",
                "numId",
                "tbl",
                "tr",
                "trPr",
                "gridBefore",
                "tc",
                "tcPr",
                "gridSpan",
                "vMerge",
                "hMerge",
                "cellDel",
                "del",
                "moveFrom",
                "sdt",
                "sdtPr",
                "sdtContent",
                "showingPlcHdr",
                "txbxContent",
                "fldChar",
                "checkBox",
                "checked",
                "default",
                "ddList",
                "result",
                "listEntry",
                "altChunk",
                "style",
                "basedOn",
                "rt",
                *(name.removeprefix("w:") for name in LEFT_OUT),
            ],
        ),
        ("mc", COMPATIBILITY, ["AlternateContent", "Choice", "Fallback"]),
        ("a", DRAWING, ["blip"]),
        ("v", VECTOR, ["imagedata"]),
        ("m", MATHS, ["t"]),
    )
    for space in spaces
    for local in locals_
}

MAX_DEPTH = 200
"""The most that elements may stand within each other."""

Attributes = dict[str, str]


def attribute(attributes: Attributes, local: str, spaces: tuple[str, ...] = WORD) -> str:
    """The value of an attribute by its local name; empty when it is not there."""
    return next((attributes[f"{space} {local}"] for space in spaces if f"{space} {local}" in attributes), "")


def is_on(attributes: Attributes) -> bool:
    """Whether a property that is there says yes, as it does unless it says otherwise."""
    return attribute(attributes, "val").lower() not in ("0", "false", "off", "none")


def number(text: str) -> int:
    """A small number; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
