"""What the scheduler's ports are plugged into; the adapters do not know each other."""
