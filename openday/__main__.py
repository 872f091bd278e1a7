"""`python -m openday` is `openday`."""

import sys
from importlib import import_module

from openday.commands.forms import read_form


def main() -> None:
    """Run the command that the arguments name."""
    if sys.argv[1:2] == [read_form.name]:
        # It needs no settings and no database, and loading the application would take longer than the reading.
        read_form(sys.argv[2:], prog_name=f"openday {read_form.name}")
    import_module("openday.cli").main()


if __name__ == "__main__":
    main()
