"""The public face: page, report, metrics, state; read only, from the picture in memory."""

from monitor.web.app import make_app

__all__ = ["make_app"]
