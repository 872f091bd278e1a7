"""Whether some bytes are a Word package that may be opened: size, structure, macros, what it refers to.

Imports the standard library alone, as it runs in the reading process, which starts without installed packages.
"""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote
from xml.parsers import expat

MAX_BYTES = 10 * 1024 * 1024
MAX_PART = 16 * 1024 * 1024
"""The most that one part may inflate to; parts that are not read are never inflated."""

_MAX_MEMBERS = 2_000
_MAX_DIRECTORY = 512 * 1024
_LONGEST_NAME = 400
_MAX_INFLATED = 200 * 1024 * 1024
_MAX_RATIO = 200
# Small members may compress as well as they like: they cannot do harm. Drawn pictures of white paper may do so, too.
_HARMLESS = 1024 * 1024
_HARMLESS_PICTURE = 40 * 1024 * 1024
_PICTURES = (".bmp", ".emf", ".wmf", ".tif", ".tiff")
_MAX_RELATIONS = 256 * 1024
_MAX_RELATION_PARTS = 100
_END = b"PK\x05\x06"
_END_LENGTH = 22
_LONGEST_COMMENT = 65_535
_TYPES = "[Content_Types].xml"
_MACROS = ("vbaproject.bin", "vbadata.xml", "vbaprojectsignature.bin")
_EMBEDDED = ("/embeddings/", "/activex/")
_EMBEDDED_KINDS = ("oleObject", "control", "activeXControlBinary")
_BROUGHT_IN_KINDS = ("aFChunk", "subDocument", "frame")
# Where Word found its template on the computer of the writer; anything over a network is another matter.
_ON_DISK = re.compile(r"(?:file:/{0,3})?[A-Za-z]:[\\/]|(?![\\/])(?!\w+:)", re.IGNORECASE)


class PackageRefused(Exception):
    """The bytes are no Word file that may be read; the argument is a code of `form_reader.REASONS`."""


@dataclass(frozen=True)
class Relation:
    """What a part refers to. `kind`: the last word of the type; `target`: the name of a part, or an outside address."""

    kind: str
    target: str
    outside: bool


def open_package(data: bytes) -> zipfile.ZipFile:
    """The package, after all that can be checked without inflating its parts. Raises PackageRefused."""
    if len(data) > MAX_BYTES:
        raise PackageRefused("size")
    if not data.startswith(b"PK\x03\x04"):
        raise PackageRefused("unlike")
    directory = _directory_offset(data)
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, struct.error) as error:
        raise PackageRefused("unreadable") from error
    _check_members(package.infolist(), directory)
    _check_relations(package)
    return package


def read_part(package: zipfile.ZipFile, name: str, limit: int = MAX_PART) -> bytes:
    """One part, inflated to `limit` bytes at most whatever it declares; PackageRefused when it is longer or broken."""
    try:
        with package.open(name) as part:
            content = part.read(limit + 1)
    except (
        KeyError, zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, OSError, EOFError, RuntimeError,
        struct.error,
    ) as error:  # fmt: skip
        raise PackageRefused("unreadable") from error
    if len(content) > limit:
        raise PackageRefused("inflated")
    return content


def document_part(package: zipfile.ZipFile) -> str:
    """The name of the main document; PackageRefused when there is none, or one with macros."""
    if _TYPES not in package.namelist():
        raise PackageRefused("unlike")
    types = read_part(package, _TYPES, _MAX_RELATIONS)
    if b"macroEnabled" in types:
        raise PackageRefused("macros")
    if b"wordprocessingml" not in types:
        raise PackageRefused("unlike")
    for relation in relations(package, "").values():
        if relation.kind == "officeDocument" and not relation.outside and relation.target in package.namelist():
            return relation.target
    raise PackageRefused("unreadable")


def relations(package: zipfile.ZipFile, part: str) -> Mapping[str, Relation]:
    """What `part` refers to, by relation id; "" is the package itself."""
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    return _relations_in(package, path, folder) if path in package.namelist() else {}


def parse_xml(content: bytes, start: Callable[[str, dict[str, str]], None], parser: expat.XMLParserType) -> None:
    """Run `parser` (namespaces joined by a space) over the whole part at once.

    Fed in pieces, this version of expat would scan one huge attribute again with every piece. A document type, which is
    where entities come from, is refused before it is read.
    """
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, UnicodeError, ValueError) as error:
        raise PackageRefused("unreadable") from error


def _refuse_doctype(*_: object) -> None:
    raise PackageRefused("doctype")


def _directory_offset(data: bytes) -> int:
    """Where the list of members begins. A list that is long, or of the kind for huge archives, is refused unread: one
    object is made of each entry."""
    end = data.rfind(_END, max(0, len(data) - _END_LENGTH - _LONGEST_COMMENT))
    if end < 0 or end + _END_LENGTH > len(data):
        raise PackageRefused("unreadable")
    members, length, offset = struct.unpack("<HII", data[end + 10 : end + 20])
    if data[end - 20 : end - 16] == b"PK\x06\x07" or offset + length > end:
        raise PackageRefused("unreadable")
    if members > _MAX_MEMBERS or length > _MAX_DIRECTORY:
        raise PackageRefused("inflated")
    return int(offset)


def _check_members(members: list[zipfile.ZipInfo], directory: int) -> None:
    names = [member.filename.lower() for member in members]
    if len(set(names)) < len(names) or not all(map(_is_plain_name, names)):
        raise PackageRefused("structure")
    if any(name.endswith(_MACROS) for name in names):
        raise PackageRefused("macros")
    if any(place in f"/{name}" for name in names for place in _EMBEDDED):
        raise PackageRefused("embedded")
    if any(member.flag_bits & 1 for member in members):
        raise PackageRefused("password")
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        raise PackageRefused("unreadable")
    if any(map(_is_too_dense, members)) or sum(member.file_size for member in members) > _MAX_INFLATED:
        raise PackageRefused("inflated")
    starts = sorted((member.header_offset, member.compress_size) for member in members)
    following = [start for start, _ in starts[1:]] + [directory]
    if any(start + size > after for (start, size), after in zip(starts, following, strict=True)):
        raise PackageRefused("structure")


def _is_plain_name(name: str) -> bool:
    """Nothing is ever written to disk here, but a name that climbs or starts at a root was made to do harm."""
    parts = name.replace("\\", "/").split("/")
    harmless = parts[0] != "" and ".." not in parts and ":" not in name and "\0" not in name
    return harmless and len(name) <= _LONGEST_NAME


def _is_too_dense(member: zipfile.ZipInfo) -> bool:
    harmless = _HARMLESS_PICTURE if member.filename.lower().endswith(_PICTURES) else _HARMLESS
    return member.file_size > harmless and member.file_size > _MAX_RATIO * max(1, member.compress_size)


def _check_relations(package: zipfile.ZipFile) -> None:
    """Refuse what would bring something in from elsewhere when the file is opened. Links to click on are harmless."""
    parts = [name for name in package.namelist() if name.lower().endswith(".rels")]
    if len(parts) > _MAX_RELATION_PARTS:
        raise PackageRefused("structure")
    for path in parts:
        folder = posixpath.dirname(posixpath.dirname(path))
        for relation in _relations_in(package, path, folder).values():
            if relation.kind in _EMBEDDED_KINDS:
                raise PackageRefused("embedded")
            if relation.kind in _BROUGHT_IN_KINDS:
                raise PackageRefused("brought_in")
            if relation.outside and relation.kind != "hyperlink" and not _is_own_template(relation):
                raise PackageRefused("outside")


def _is_own_template(relation: Relation) -> bool:
    return relation.kind == "attachedTemplate" and _ON_DISK.match(relation.target) is not None


def _relations_in(package: zipfile.ZipFile, path: str, folder: str) -> dict[str, Relation]:
    found: dict[str, Relation] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == "Relationship":
            target = attributes.get("Target", "")
            outside = attributes.get("TargetMode", "").lower() == "external"
            if not outside:
                target = posixpath.normpath(posixpath.join("/", folder, unquote(target))).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = Relation(kind, target, outside)

    parse_xml(read_part(package, path, _MAX_RELATIONS), start, expat.ParserCreate(namespace_separator=" "))
    return found
