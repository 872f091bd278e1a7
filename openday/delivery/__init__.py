"""What is carried in from outside or sent out of the house, each behind a small function or protocol."""
