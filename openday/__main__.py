"""`python -m openday` is `openday`."""

from openday.cli import main

main()
