"""The scenes of the whole round, in their order: filing, public, door, aftermath, summary."""
