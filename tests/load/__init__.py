"""What must hold when many people come at once."""
