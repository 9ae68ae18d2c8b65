"""Govah: whose fault it is, with evidence."""

__version__ = "0.1.0"
