"""Reads one Word file in a process of its own, with little memory and little time; run by `limited`, never imported.

A small file can be written so that reading it needs gigabytes or minutes. Here that ends this process only. The file
comes on standard input; one JSON object goes to standard output: `{"forms": [...]}` or `{"refused": code}` with the
codes of `form_reader.REASONS`. Limits come as arguments: bytes of memory, seconds of computing.
"""

import json
import resource
import sys
from dataclasses import asdict
from typing import Any

from openday.documents.form_reading.assemble import read_forms_in
from openday.documents.form_reading.package import PackageRefused, open_package
from openday.documents.form_reading.word_text import read_word


def main(limits: list[str]) -> None:
    """Read the file on standard input within `limits`: bytes of memory, seconds."""
    memory, seconds = map(int, limits)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        package = open_package(sys.stdin.buffer.read())
        answer: dict[str, Any] = {"forms": [asdict(form) for form in read_forms_in(read_word(package))]}
    except PackageRefused as refused:
        answer = {"refused": str(refused)}
    except RecursionError:
        answer = {"refused": "complex"}
    sys.stdout.buffer.write(json.dumps(answer).encode("ascii"))


if __name__ == "__main__":
    main(sys.argv[1:])
