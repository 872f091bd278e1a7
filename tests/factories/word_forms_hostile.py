"""Files made to do harm, or that are no forms at all, each by what it is."""

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable

from tests.factories.word_forms import (
    FORM,
    NAMESPACES,
    R,
    cell,
    document,
    docx,
    form_rows,
    pair,
    para,
    picture,
    row,
    table,
    whole_form,
)

GOOD = docx(whole_form(FORM))
OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def changed(member: str, content: str | bytes, data: bytes = GOOD) -> bytes:
    """The good file with one member replaced or added."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != member:
                new.writestr(name, old.read(name))
        new.writestr(member, content)
    return packed.getvalue()


def _body(inside: str) -> bytes:
    return changed("word/document.xml", document(inside))


def _related(kind: str, target: str) -> bytes:
    return docx(whole_form(FORM), relations=[(kind, target, "External")])


def _lies() -> bytes:
    """A member that inflates to 120 MB and declares a thousand bytes."""
    content = document(whole_form(FORM)).encode() + b" " * 120_000_000
    bomb = changed("word/document.xml", content)
    return bomb.replace(struct.pack("<I", len(content)), struct.pack("<I", 100_000))


def _overlapping() -> bytes:
    """Many entries of the directory share the same compressed bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", document(whole_form(FORM)) + " " * 900_000)
        first = archive.infolist()[0]
        for number in range(150):
            copy = zipfile.ZipInfo(f"word/part{number}.xml")
            for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(copy, name, getattr(first, name))
            archive.filelist.append(copy)
            archive.NameToInfo[copy.filename] = copy
    return packed.getvalue()


def _repeated(name: str) -> bytes:
    packed = io.BytesIO(GOOD)
    with zipfile.ZipFile(packed, "a") as archive:
        info = zipfile.ZipInfo(name)
        archive.fp.seek(archive.start_dir)  # type: ignore[union-attr]
        archive.filelist.append(info)
        archive.filelist.pop()
        archive._didModify = True
        archive.NameToInfo.pop(name, None)
        archive.writestr(info, document(para("另一份")))
    return packed.getvalue()


def _named(name: str) -> bytes:
    return changed("word/x.txt", "x").replace(b"word/x.txt", name.encode().ljust(10, b"x")[:10])


def _packed_by(method: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(packed, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return packed.getvalue()


def _flagged(flag: int) -> bytes:
    """Every entry of the directory says that it is encrypted."""
    data = bytearray(GOOD)
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        data[place + 8] |= flag
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(data)


def _many_members() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(30_000):
            archive.writestr(f"word/{number}.xml", b"")
    return packed.getvalue()


def _png(width: int, height: int, rows: int) -> bytes:
    """A PNG that declares a size and holds some empty rows of it."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * ((width * 3 + 1) * rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _in_signup(image: bytes, many: int = 1) -> bytes:
    rows = form_rows(FORM)
    pictures = {f"rId{50 + number}": image for number in range(many)}
    rows[4] = row(cell("活动报名方式"), cell(para(*map(picture, pictures)), span=3))
    return docx(table(*rows), pictures=pictures)


def _doctype(inside: str, use: str) -> bytes:
    return (
        f"<?xml version='1.0'?><!DOCTYPE w:document [{inside}]><w:document {NAMESPACES}><w:body>"
        f"{whole_form(FORM).replace(FORM.place, use)}</w:body></w:document>"
    ).encode()


def _laughs() -> bytes:
    entities = '<!ENTITY l0 "ha">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return changed("word/document.xml", _doctype(entities, "&l11;"))


def _with_type(kind: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        types = archive.read("[Content_Types].xml").decode()
    old = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return changed("[Content_Types].xml", types.replace(old, kind))


def _without(member: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            if name != member:
                new.writestr(name, old.read(name))
    return packed.getvalue()


def _old_container(*streams: str) -> bytes:
    return OLD_CONTAINER + b"\0" * 500 + b"".join(name.encode("utf-16-le") + b"\0" * 40 for name in streams)


def _many_relations() -> bytes:
    links = "".join(f'<Relationship Id="a{n}" Type="{R}/x" Target="{n}.xml"/>' for n in range(20_000))
    return changed("word/_rels/document.xml.rels", f"<Relationships>{links}</Relationships>")


def _workbook() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types><Override ContentType='spreadsheetml.sheet.main+xml'/></Types>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return packed.getvalue()


def _open_document() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<office:document-content/>")
    return packed.getvalue()


def _shuffled(length: int) -> str:
    """Text that does not compress much."""
    return "".join(chr(0x4E00 + number % 20_000) for number in memoryview(os.urandom(2 * length)).cast("H"))


_NESTED = "<w:tbl><w:tr><w:tc>"
_UNLIKE = "文件内容与扩展名不符"
_UNREADABLE = "文件无法读取"
_INFLATED = "文件解压后过大"
_COMPLEX = "文件过于复杂"

HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a document of a gigabyte of spaces": (lambda: changed("word/document.xml", b" " * 120_000_000), _INFLATED),
    "a picture part of spaces": (lambda: changed("word/media/image1.png", b" " * 120_000_000), _INFLATED),
    "a part that nobody reads, of spaces": (lambda: changed("customXml/item1.xml", b" " * 100_000_000), _INFLATED),
    "a document that declares less than it is": (_lies, _UNREADABLE),
    "a package within the package": (
        lambda: changed("word/embeddings/a.docx", changed("x", b" " * 10_000_000)),
        "文件中嵌入了其他文件",
    ),
    "entries that overlap": (_overlapping, "文件的内部结构异常"),
    "entities that multiply": (_laughs, "文件含有不允许的内容"),
    "an entity that reads a file": (
        lambda: changed("word/document.xml", _doctype('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;")),
        "文件含有不允许的内容",
    ),
    "one long entity used often": (
        lambda: changed("word/document.xml", _doctype(f'<!ENTITY x "{"a" * 50_000}">', "&x;" * 1000)),
        "文件含有不允许的内容",
    ),
    "a document type in the relations": (
        lambda: changed("word/_rels/document.xml.rels", "<!DOCTYPE a [<!ENTITY x 'y'>]><Relationships/>"),
        "文件含有不允许的内容",
    ),
    "a hundred thousand cells": (
        lambda: _body(
            table(*(row(*(cell(f"{17 * (number + place) ** 3}") for place in range(10))) for number in range(10_000)))
        ),
        "表格的单元格过多",
    ),
    "a table of very wide cells": (
        lambda: _body(
            table(
                *(
                    row(*(cell(f"{17 * (number + place) ** 3}", span=99) for place in range(3)))
                    for number in range(5_000)
                )
            )
        ),
        "表格的单元格过多",
    ),
    "elements within elements": (
        lambda: _body("".join(f'<w:p w:rsidR="{17 * number**3}">' for number in range(50_000)) + "</w:p>" * 50_000),
        _COMPLEX,
    ),
    "tables within tables": (lambda: _body(_NESTED * 3_000 + "</w:tc></w:tr></w:tbl>" * 3_000), _COMPLEX),
    "a million empty paragraphs": (
        lambda: _body("".join(f'<w:p w:rsidR="{17 * number**3}"/>' for number in range(420_000))),
        _COMPLEX,
    ),
    "more text than any form has": (lambda: _body(para(_shuffled(600_000))), "文件的文字过多"),
    "a picture that lies outside": (lambda: _related("image", "http://192.0.2.1/a.png"), "文件引用了外部"),
    "a template that lies outside": (lambda: _related("attachedTemplate", "http://192.0.2.1/a.dotm"), "文件引用了外部"),
    "a template on another machine": (
        lambda: _related("attachedTemplate", r"\\192.0.2.1\share\a.dotm"),
        "文件引用了外部",
    ),
    "a template on another machine, as an address": (
        lambda: _related("attachedTemplate", "file://192.0.2.1/share/a.dotm"),
        "文件引用了外部",
    ),
    "an object that lies outside": (lambda: _related("oleObject", "http://192.0.2.1/a.hta"), "文件中嵌入了其他文件"),
    "a frame that lies outside": (lambda: _related("frame", "http://192.0.2.1/a.html"), "文件中引用了其他文档"),
    "another document brought in": (
        lambda: _body(whole_form(FORM) + '<w:altChunk r:id="rId9"/>'),
        "文件中引用了其他文档",
    ),
    "macros": (lambda: changed("word/vbaProject.bin", b"x"), "文件含有宏"),
    "macros by their type alone": (
        lambda: _with_type("application/vnd.ms-word.document.macroEnabled.main+xml"),
        "文件含有宏",
    ),
    "an embedded object": (lambda: changed("word/embeddings/oleObject1.bin", b"MZ"), "文件中嵌入了其他文件"),
    "a control": (lambda: changed("word/activeX/activeX1.bin", b"x"), "文件中嵌入了其他文件"),
    "a password": (lambda: _old_container("EncryptionInfo", "EncryptedPackage"), "文件设有打开密码"),
    "a password of the package": (lambda: _flagged(1), "文件设有打开密码"),
    "a picture": (lambda: _png(10, 10, 10), _UNLIKE),
    "a PDF": (lambda: b"%PDF-1.7\n%\xe2\xe3", _UNLIKE),
    "a program": (lambda: b"MZ\x90\0" + b"\0" * 500, _UNLIKE),
    "a page": (lambda: "<html><body>活动主题：走进水厂</body></html>".encode(), _UNLIKE),
    "rich text": (lambda: rb"{\rtf1\ansi hello}", _UNLIKE),
    "a workbook": (_workbook, _UNLIKE),
    "a workbook of the old kind": (lambda: _old_container("Workbook"), _UNLIKE),
    "an open document": (_open_document, _UNLIKE),
    "nothing": (lambda: b"", "文件是空的"),
    "white space": (lambda: b" \n" * 100, "文件是空的"),
    "half a file": (lambda: GOOD[: len(GOOD) // 2], _UNREADABLE),
    "a file without its end": (lambda: GOOD[:-10], _UNREADABLE),
    "two members of one name": (lambda: _repeated("word/document.xml"), "文件的内部结构异常"),
    "two members of one name in other letters": (
        lambda: changed("word/Document.xml", document(para("另一份"))),
        "文件的内部结构异常",
    ),
    "a name that climbs": (lambda: _named("../../../e"), "文件的内部结构异常"),
    "a name that starts at the root": (lambda: _named("/etc/passw"), "文件的内部结构异常"),
    "a name that climbs on Windows": (lambda: _named("..\\..\\a.t"), "文件的内部结构异常"),
    "a picture of gigapixels": (lambda: _in_signup(_png(60_000, 60_000, 1)), "文件中有尺寸异常的图片"),
    "a picture of gigapixels, filled": (lambda: _in_signup(_png(20_000, 20_000, 5_000)), "文件中有尺寸异常的图片"),
    "letters that are none": (
        lambda: changed(
            "word/document.xml", document(whole_form(FORM)).encode().replace(FORM.place.encode(), b"\xff\xfe\xc3")
        ),
        _UNREADABLE,
    ),
    "no document": (lambda: _without("word/document.xml"), _UNREADABLE),
    "no types": (lambda: _without("[Content_Types].xml"), _UNLIKE),
    "no relations": (lambda: _without("_rels/.rels"), _UNREADABLE),
    "marks that do not match": (lambda: changed("word/document.xml", document("<w:p><w:r></w:p></w:r>")), _UNREADABLE),
    "thirty thousand members": (_many_members, _INFLATED),
    "a way of packing that Word has not": (lambda: _packed_by(zipfile.ZIP_LZMA), _UNREADABLE),
    "very many relations": (_many_relations, _INFLATED),
    "more than ten megabytes": (lambda: GOOD + os.urandom(10_500_000), "文件超过10MB"),
    "a list of plans": (
        lambda: docx(
            table(
                row(*map(cell, ("序号", "活动主题", "开展时间", "开展地点", "联系人"))),
                *(row(*map(cell, (str(number), "走进水厂", "9月", "水厂", "张三"))) for number in range(1, 6)),
                columns=5,
            )
        ),
        "这是一张多行表格，请用“导入计划表”上传",
    ),
    "a blank form": (
        lambda: docx(table(*(pair(label, "") for label in ("活动主题", "开展时间", "活动内容", "活动对象")))),
        "报送表还没有填写",
    ),
    "a letter": (
        lambda: docx(para("各有关单位："), para("请于6月28日前报送。"), para("联系人：王五　电话：0578-1111111")),
        "文件中没有找到报送表",
    ),
}

_MANY = 300_000
SLOW: dict[str, Callable[[], bytes]] = {
    "brackets that open": lambda: _body(whole_form(FORM) + para("(" * _MANY)),
    "brackets within brackets": lambda: _body(whole_form(FORM) + table(pair("活动内容", "（如" * 100_000))),
    "spaces": lambda: _body(whole_form(FORM) + para("单位名称" + "　" * _MANY)),
    "lines to write on": lambda: _body(whole_form(FORM) + table(pair("活动内容", "_ " * 200_000))),
    "one name again and again": lambda: _body(whole_form(FORM) + para("联系人：" * 100_000)),
    "names with gaps": lambda: _body(whole_form(FORM) + para("联系人  " * 100_000)),
    "nothing but labels": lambda: _body(table(*(row(*(cell("联系人") for _ in range(4))) for _ in range(4_900)))),
    "a label beside very many cells": lambda: _body(
        table(
            row(cell("活动主题", merge="restart"), cell("甲")),
            *(row(cell(merge="continue"), cell("甲")) for _ in range(9_000)),
        )
    ),
    "very many forms": lambda: _body("".join(whole_form(FORM) for _ in range(900))),
    "very many lines": lambda: _body(para("活动主题：甲\n" * 40_000)),
    "marks on one letter": lambda: _body(whole_form(FORM) + table(pair("活动内容", "e" + "\u0315\u0300" * 100_000))),
    "digits": lambda: _body(whole_form(FORM) + table(pair("联系人及电话", "0578-" * 90_000))),
    "boxes": lambda: _body(whole_form(FORM) + table(pair("活动对象", "□☑" * 100_000))),
    "a huge attribute": lambda: _body(f'<w:p w:rsidR="{_shuffled(2_500_000)}"/>' + whole_form(FORM)),
    "very many small pictures": lambda: _in_signup(_png(50, 50, 50), many=150),
    "large pictures": lambda: _in_signup(_png(2_900, 2_900, 2_900), many=8),
    "numbers that are too large": lambda: _body(
        table(
            row(
                cell("活动主题", properties='<w:gridSpan w:val="99999999999"/>'),
                cell("甲", properties='<w:gridSpan w:val="-5"/>'),
            )
        )
    ),
    "styles that are based on each other": lambda: docx(
        whole_form(FORM),
        styles="".join(f'<w:style w:styleId="s{n}"><w:basedOn w:val="s{n + 1}"/></w:style>' for n in range(20_000))
        + '<w:style w:styleId="s20000"><w:basedOn w:val="s0"/><w:rPr><w:vanish/></w:rPr></w:style>',
    ),
}
"""Files that take long or much memory to read when read carelessly; they may be read or refused, but at once."""
