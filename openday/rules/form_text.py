"""The fields read from a form as a plan's text, with what a person should look at before it is handed in."""

from collections.abc import Mapping
from dataclasses import dataclass

from openday.rules.plan_text import FIELD_LABELS, FIELD_LIMITS, PlanText, text_from, too_long
from openday.rules.privacy import plain_text

_KEYS = {
    "theme": "theme",
    "time_text": "time",
    "venue": "place",
    "content": "content",
    "audience_text": "audience",
    "signup_text": "signup",
    "contact": "contact",
    "contact_phone": "phone",
}


@dataclass(frozen=True)
class FormText:
    """A form as a plan's text. `agency`: the name that the form prints, '' for none."""

    agency: str
    text: PlanText
    warnings: tuple[str, ...]

    @staticmethod
    def key_of(name: str) -> str:
        """The key of the form's field from which the plan's field `name` was read."""
        return _KEYS.get(name, name)


def form_text(cells: Mapping[str, str], *, own_agency: str = "") -> FormText:
    """The text of a form from its fields (keys of documents.form_reader). Never raises.

    A text longer than its field may be is left out, but for the theme, which is cut: both are warned of, and the whole
    text stays beside the field. With `own_agency` another agency's name in the form is warned of.
    """
    text = text_from({name: cells.get(key, "") for name, key in _KEYS.items()})
    warnings = []
    agency = plain_text(cells.get("agency", ""))
    if own_agency and agency and _bare(agency) != _bare(own_agency):
        warnings.append(f"表中的单位名称是“{agency[:60]}”，不是本单位（{own_agency}）。请核对是否传错了文件")
    values = text.as_dict()
    for name in too_long(text):
        limit = FIELD_LIMITS[name]
        values[name] = values[name][:limit] if name == "theme" else ""
        done = "只填入了前面的部分" if name == "theme" else "没有填入"
        warnings.append(f"{FIELD_LABELS[name]}超过{limit}个字，{done}，请对照原文填写")
    return FormText(agency, PlanText(**values), tuple(warnings))


def _bare(name: str) -> str:
    """A name without spaces, which forms put in to spread short names out."""
    return "".join(name.split())
