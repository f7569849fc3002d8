"""The shell: commands, wiring, store. Nothing imports it; it imports every stage."""

__version__ = "0.1.0"
