"""A second opinion: the same texts in the same boxes, broken and shaped by Chromium.

``python -m tests.reference OUT [languages...]`` draws sheets for a person to look at.
"""
