"""office: the desk of the openness office, its administrators and auditors."""
