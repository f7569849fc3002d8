"""Meta's three platforms, which speak through one interface: Facebook, Instagram, Threads."""
