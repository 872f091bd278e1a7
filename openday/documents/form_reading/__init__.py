"""How plan forms are read from Word files, step by step; `documents.form_reader` is the door.

limited          starts the two reading processes, with little memory and little time
word_child       one file, in a process of its own: package, text, forms
picture_child    the addresses in pictures of QR codes, in another
package          is it a Word file at all, and a harmless one
word_text        the file as a tree (blocks), tracked changes accepted; word_names, word_styles, word_parts
labels, hints    what the cells of forms are called; guidance that was left standing
grid             a table as cells on a grid; which cell is the value of which label
lines            fields written as lines: 活动主题：…
assemble         fields to forms: where one form ends and the next begins
resolve, values  what a form says for each field, tidied; people told from their telephone numbers
"""
