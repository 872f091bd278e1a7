"""agency: the desk of filers and reviewers."""
