"""Stage 3: in what shape. Layouts, palette, captions, pages. Imports nothing of ours."""

from templates.environment import environment
from templates.layouts import Format, Layout, LayoutError, Theme, open_theme

__all__ = ["Format", "Layout", "LayoutError", "Theme", "environment", "open_theme"]
