"""HTTP as publishers need it: one request, checked address, a deadline, and no loose ends."""
