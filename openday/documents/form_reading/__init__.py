"""How plan forms are read from Word files, step by step; `documents.form_reader` is the door.

package          is it a Word file at all, and a harmless one
word_child       the file as a tree of paragraphs, tables and pictures, in a process of its own
picture_child    the addresses in pictures of QR codes, in another
limited          starts the two, with little memory and little time
blocks           the tree
labels, hints    what the cells of forms are called; guidance that was left standing
grid             a table as cells on a grid; which cell is the value of which label
lines            fields written as lines: 活动主题：…
assemble         fields to forms
values           values tidied, people told from their telephone numbers
"""
