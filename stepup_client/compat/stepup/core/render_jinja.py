"""Filling in Jinja2 templates; the same as `stepup_client.rendering`."""

from __future__ import annotations

from stepup_client.rendering import main, render_jinja_file, render_jinja_str

__all__ = ("main", "render_jinja_file", "render_jinja_str")
