"""What every page must be, checked on its bytes; and a page as something to read and to fill in.

page = check_page(html, status=200, root="/openday")
page.text("h1")
form = page.form(action="/activities/1/register")
client.post(form.action, data=form.filled(name="张三", phone="13800000000"))
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import html5lib
from html5lib.constants import E
from lxml import etree

# Controls that name themselves.
_UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
_ADDRESSES = ("href", "src", "action", "formaction")


@dataclass(frozen=True)
class Form:
    """A form as a browser would send it. `values` maps each name to its default values, in order of the page."""

    action: str
    method: str
    values: dict[str, list[str]]
    names: frozenset[str]
    buttons: tuple[tuple[str, str], ...]
    multipart: bool

    def filled(self, **fields: str | list[str] | None) -> dict[str, list[str]]:
        """The data to send: the page's values with `fields` over them; None leaves a field out.

        Raises:
            KeyError: when the form has no control of that name (a browser could not send it).
        """
        data = {name: list(values) for name, values in self.values.items()}
        for name, value in fields.items():
            if name not in self.names:
                raise KeyError(f"the form {self.action} has no control {name}: {', '.join(sorted(self.names))}")
            if value is None:
                data.pop(name, None)
            else:
                data[name] = value if isinstance(value, list) else [value]
        return data


class Page:
    """A parsed page; `tree` is its lxml root, without namespaces."""

    def __init__(self, html: str, address: str = "/") -> None:
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("lxml"), namespaceHTMLElements=False)
        self.html = html
        self.address = address
        self.tree: Any = parser.parse(html).getroot()
        self.parse_errors = [f"line {line}: {E[code] % values}" for (line, _), code, values in parser.errors]
        for template in self.all("//template"):
            template[:] = []  # not part of the page until a script copies it

    def all(self, path: str) -> list[Any]:
        """Elements by XPath, for example `//main//a[@href]`."""
        return list(self.tree.xpath(path))

    def text(self, path: str = "//body") -> str:
        """The readable text of the elements that an XPath finds, white space folded; a bare name means `//name`."""
        elements = self.all(path if path.startswith((".", "/", "(")) else f"//{path}")
        return " ".join(" ".join(_words(element).split()) for element in elements).strip()

    def links(self) -> dict[str, str]:
        """Text → address of every link; for equal texts the first."""
        found: dict[str, str] = {}
        for link in self.all("//a[@href]"):
            found.setdefault(" ".join(_words(link).split()), urljoin(self.address, link.get("href")))
        return found

    def meta(self, name: str) -> str | None:
        """The content of `<meta name=…>`, for example `outcome`."""
        found = self.all(f"//meta[@name='{name}']")
        return found[0].get("content") if found else None

    def forms(self) -> list[Form]:
        """All forms of the page, in order."""
        return [self._form(element) for element in self.all("//form")]

    def form(self, action: str | None = None, *, having: str | None = None) -> Form:
        """The one form whose address ends with `action`, or that has a control named `having`.

        Raises:
            LookupError: when there is none or more than one.
        """
        fitting = [
            form
            for form in self.forms()
            if (action is None or form.action.split("?")[0].endswith(action))
            and (having is None or having in form.names)
        ]
        if len(fitting) != 1:
            every = [(form.method, form.action, sorted(form.names)) for form in self.forms()]
            raise LookupError(f"{len(fitting)} forms for action={action} having={having} among {every}")
        return fitting[0]

    def _form(self, element: Any) -> Form:
        values: dict[str, list[str]] = {}
        names: set[str] = set()
        buttons: list[tuple[str, str]] = []
        for control in self._controls(element):
            name = control.get("name")
            if not name or control.get("disabled") is not None:
                continue
            names.add(name)
            if control.tag == "button" or control.get("type") in ("submit", "image"):
                buttons.append((name, control.get("value", "")))
            else:
                sent = _sent(control)
                if sent:
                    values.setdefault(name, []).extend(sent)
        return Form(
            action=urljoin(self.address, element.get("action") or self.address),
            method=(element.get("method") or "get").lower(),
            values=values,
            names=frozenset(names),
            buttons=tuple(buttons),
            multipart=element.get("enctype") == "multipart/form-data",
        )

    def _controls(self, form: Any) -> list[Any]:
        kinds = "self::input or self::select or self::textarea or self::button"
        inside = form.xpath(f".//*[({kinds}) and not(@form)]")
        if form.get("id"):
            inside += self.tree.xpath(f"//*[({kinds}) and @form=$id]", id=form.get("id"))
        return list(inside)


def check_page(html: str, status: int = 200, *, root: str = "", address: str = "/") -> Page:
    """Parse a page and hold it to what every page must be; `root` is the sub-path that the site lives under.

    Raises:
        AssertionError: naming everything that is wrong, one line each.
    """
    page = Page(html, address)
    wrong = [f"not valid: {error}" for error in page.parse_errors]
    wrong += _structure(page) + _labels(page) + _inline(page) + _internal_addresses(page, root)
    assert not wrong, f"{address} ({status}):\n  " + "\n  ".join(wrong)
    return page


def _structure(page: Page) -> list[str]:
    wrong = []
    if not (page.tree.get("lang") or "").strip():
        wrong.append("<html> has no lang")
    if not page.text("//head/title"):
        wrong.append("the title is empty")
    headings = page.all("//h1")
    if len(headings) != 1:
        wrong.append(f"{len(headings)} h1 instead of one: {[' '.join(_words(h).split()) for h in headings]}")
    elif not _words(headings[0]).strip():
        wrong.append("the h1 is empty")
    ids = Counter(page.tree.xpath("//@id"))
    wrong += [f"id {name!r} is there {count} times" for name, count in ids.items() if count > 1]
    for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
        for names in page.tree.xpath(f"//@{attribute}"):
            wrong += [f'{attribute}="{name}" names no id' for name in names.split() if name not in ids]
    return wrong


def _labels(page: Page) -> list[str]:
    wrong = []
    for control in page.all("//input | //select | //textarea"):
        if control.tag == "input" and control.get("type", "text") in _UNLABELLED:
            continue
        if not _label(page, control):
            wrong.append(f"no label: {etree.tostring(control, encoding='unicode', with_tail=False)[:120]}")
    for control in page.all("//button | //a[@href]"):
        if not (_words(control).strip() or control.get("aria-label") or control.xpath(".//img[@alt!='']")):
            wrong.append(f"no name: {etree.tostring(control, encoding='unicode', with_tail=False)[:120]}")
    wrong += [f"no alt: <img src={image.get('src')}>" for image in page.all("//img[not(@alt)]")]
    return wrong


def _label(page: Page, control: Any) -> str:
    if control.get("aria-label"):
        return str(control.get("aria-label")).strip()
    labels = control.xpath("ancestor::label")
    if control.get("id"):
        labels += page.tree.xpath("//label[@for=$id]", id=control.get("id"))
    for name in (control.get("aria-labelledby") or "").split():
        labels += page.tree.xpath("//*[@id=$id]", id=name)
    return " ".join(_words(label) for label in labels).strip()


def _inline(page: Page) -> list[str]:
    """What a strict content security policy would not run or apply."""
    wrong = [f'style="{value}"' for value in page.tree.xpath("//@style")]
    wrong += ["a <style> element without nonce" for _ in page.all("//style[not(@nonce)]")]
    data = "@type='application/json' or @type='application/ld+json'"
    wrong += [
        "an inline <script> without nonce" for _ in page.all(f"//script[not(@src) and not(@nonce) and not({data})]")
    ]
    wrong += [handler for element in page.all("//*[@*]") for handler in _handlers(element)]
    return wrong + [f"script address {a}" for a in page.tree.xpath("//@href | //@src") if a.startswith("javascript:")]


def _handlers(element: Any) -> list[str]:
    return [f"<{element.tag}> {name}" for name in element.attrib if name.startswith("on")]


def _internal_addresses(page: Page, root: str) -> list[str]:
    """Under a sub-path, an address that begins with / and not with the sub-path leads out of the site."""
    wrong = []
    for attribute in _ADDRESSES:
        for value in page.tree.xpath(f"//@{attribute}"):
            if not value.strip() and attribute != "action":
                wrong.append(f"an empty {attribute}")
            parts = urlsplit(value)
            inside = value.startswith("/") and not parts.netloc
            if inside and not (parts.path == root or parts.path.startswith(f"{root}/")):
                wrong.append(f'{attribute}="{value}" is outside {root}')
            if value.startswith("//"):
                wrong.append(f'{attribute}="{value}" leads to another host')
    return wrong


def _words(element: Any) -> str:
    return "".join(
        element.xpath(".//text()[not(ancestor::script) and not(ancestor::style) and not(ancestor::template)]")
    )


def _sent(control: Any) -> list[str]:
    """What a browser sends for a control that nobody touched."""
    if control.tag == "textarea":
        text = "".join(control.itertext())
        return [text.removeprefix("\n")]
    if control.tag == "select":
        return _chosen(control)
    kind = control.get("type", "text")
    if kind in ("checkbox", "radio"):
        return [control.get("value", "on")] if control.get("checked") is not None else []
    if kind in ("file", "button", "reset"):
        return []
    return [control.get("value", "")]


def _chosen(select: Any) -> list[str]:
    options = select.xpath(".//option")
    chosen = [option for option in options if option.get("selected") is not None]
    if not chosen and options and select.get("multiple") is None:
        chosen = options[:1]
    return [option.get("value", _words(option).strip()) for option in chosen]
