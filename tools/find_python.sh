#!/bin/sh
# Prints the path of a Python >= 3.11 that can make a virtual environment; otherwise says what is missing.
# PYTHON=/path/to/python chooses one.
found=""
for name in $PYTHON python3 python3.13 python3.12 python3.11 python3.14 /usr/bin/python3; do
    path=$(command -v "$name" 2>/dev/null) || continue
    # Some launchers exist and start nothing, so every candidate is asked.
    "$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
    found=$path
    if "$path" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        echo "$path"
        exit 0
    fi
done
if [ -n "$found" ]; then
    echo "$found has no venv module: install it (Debian, Ubuntu: apt-get install python3-venv) and run make again." >&2
else
    echo "Python 3.11 or newer is missing: install it (Debian, Ubuntu: apt-get install python3 python3-venv)" >&2
    echo "or name it: make setup PYTHON=/path/to/python3" >&2
fi
exit 1
