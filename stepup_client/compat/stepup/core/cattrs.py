"""Converters between data and objects with fields, made by cattrs."""

from __future__ import annotations

from stepup_client.conversion import json_converter_of_process, yaml_converter_of_process

__all__ = ("json_converter", "yaml_converter")

json_converter = json_converter_of_process()
"""For what JSON holds."""

yaml_converter = yaml_converter_of_process()
"""For what YAML holds."""
