"""How Sphinx builds the documentation."""

from __future__ import annotations

project = "Zen"
extensions = ["myst_parser"]
html_theme = "furo"
myst_heading_anchors = 3
exclude_patterns = ["requirements.txt"]
