"""Configuration: a YAML file becomes frozen values, or every error in it is told at once.

    settings = load(Path("config/govah.yaml"), environ=os.environ)

Words and format: `docs/configuration.md`. Nothing of YAML or pydantic leaves this package.
"""

from monitor.settings.load import load
from monitor.settings.problems import Problem, SettingsError
from monitor.settings.values import (
    AgentsSettings,
    Listen,
    Page,
    PhoneSender,
    Retention,
    Settings,
    TwilioSender,
)

__all__ = [
    "AgentsSettings",
    "Listen",
    "Page",
    "PhoneSender",
    "Problem",
    "Retention",
    "Settings",
    "SettingsError",
    "TwilioSender",
    "load",
]
