"""The one error of the demo world."""


class DemoError(Exception):
    """The world cannot be, or fell apart; one sentence that says what to do."""
