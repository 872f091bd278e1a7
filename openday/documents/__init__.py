"""Documents: bytes in, bytes out, from their own frozen dataclasses; no database, no web.

plan_form        the plan form (报送表) as docx: one, a zip of many, or many in one document
summary_table    the summary table (汇总表) as xlsx, in columns of choice
official         official papers (公文) as docx by GB/T 9704 (official_texts, official_layout)
plan_table       a filled-in table of plans, read from csv or xlsx (plan_columns, xlsx_grid, xlsx_grid_child)
form_reader      filled-in plan forms, read from Word (how: form_reading)
legacy_office    .doc and .xls converted by LibreOffice, where it is installed
csv_export       rosters and other tables as CSV that spreadsheets cannot run
calendar_feed    iCalendar events and feeds
qr, poster       QR codes as PNG and SVG; the venue poster as PDF (set by poster.typ)
plain_text, archive, word_base   what several of them share

The same input gives the same bytes everywhere, so that results can be compared, cached and tagged.
"""
