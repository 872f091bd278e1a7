"""Filled-in plan forms, read back from every kind of file that an agency may send."""

import csv
from collections.abc import Iterator
from dataclasses import asdict, astuple, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openday.documents.form_reader import KEYS, FormRefused, ReadForm, read_forms
from openday.documents.plan_form import PlanForm, plan_form_docx
from openday.rules.privacy import plain_text
from tests.factories import word_forms_clerks, word_forms_features, word_forms_layouts
from tests.factories.word_forms import FORM, cell, docx, form_rows, pair, para, row, table, whole_form
from tests.factories.word_forms_layouts import Variant


def said(form: ReadForm) -> dict[str, str]:
    return {key: form.fields[key].value for key in KEYS}


def _variants() -> Iterator[Variant]:
    for factory in (word_forms_layouts, word_forms_features, word_forms_clerks):
        for group in factory.GROUPS:
            yield from getattr(factory, group)()


@pytest.mark.parametrize("variant", _variants(), ids=lambda variant: variant.name)
def test_every_field_is_read_as_it_was_meant(variant: Variant) -> None:
    forms = read_forms(variant.data, "报送表.docx")
    assert [said(form) for form in forms] == [asdict(form) for form in variant.forms]
    warnings = [warning for form in forms for warning in form.warnings]
    if variant.warning:
        assert any(variant.warning in warning for warning in warnings), warnings
    else:
        assert warnings == []
