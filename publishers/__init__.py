"""Out into the world: one file a platform, all behind the port. Imports no other stage."""
