"""Makes episodes with a known truth, from mechanisms: what breaks, and what lies behind it.

Nothing here knows how inference weighs what it sees; docs/scenarios.md tells the method.
"""
