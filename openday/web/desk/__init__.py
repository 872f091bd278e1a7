"""desk: the door on the day."""
