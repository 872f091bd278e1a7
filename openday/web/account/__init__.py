"""account: log-in, log-out, invitations."""
