"""What the clock does: a handful of sweeps over indexed rows."""
