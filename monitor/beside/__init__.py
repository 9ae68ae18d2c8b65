"""What runs beside the platform: a client inside it, or a reader of its log (docs/platform.md)."""
