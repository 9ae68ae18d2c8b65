"""Our standing with those we look at: tokens, and how often we may ask."""

from monitor.credentials.keeper import Keeper, LoginAnswer

__all__ = ["Keeper", "LoginAnswer"]
