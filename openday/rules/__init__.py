"""Pure rules: values in, values out; `now` is passed in. Standard library only."""
