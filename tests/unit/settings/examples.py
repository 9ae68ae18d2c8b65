"""The files the tests of the configuration read, and the surroundings they are read in."""

from __future__ import annotations

from pathlib import Path

from monitor.settings import SettingsError, load

HERE = Path(__file__).parent
BROKEN = HERE / "broken"
GOOD = HERE / "good.yaml"
WHOLE = HERE / "whole.yaml"  # everything that a check can be, agents and logins
PROVIDERS = HERE / "providers"
CONFIG = HERE.parents[2] / "config"

SECRET = "S3cret-value-nobody-may-read"
ENVIRON = {
    "SMS_TOKEN": SECRET,
    "EMPTY": "",
    "GOVAH_DEMO_TAMIN_TOKEN": f"{SECRET}-1",
    "GOVAH_DEMO_IHIO_PASSWORD": f"{SECRET}-2",
    "GOVAH_DEMO_SMS_TOKEN": f"{SECRET}-3",
    "OUTCOMES_KEY": f"{SECRET}-outcomes",
    "BEAT_SECRET": f"{SECRET}-beat",
    "ALERTS_SECRET": f"{SECRET}-alerts",
    "MARKS_SECRET": f"{SECRET}-marks",
    "MAINS_SECRET": f"{SECRET}-mains",
    "LOGIN_SECRET": f"{SECRET}-login",
    "CHAIN_PASSWORD": f"{SECRET}-password",
    "CHAIN_KEY": f"{SECRET}-key",
    "XML_SECRET": f"{SECRET}-<xml>",
    "PROM_TOKEN": f"{SECRET}-prom",
    "TEMPLATE_LIKE": f"{SECRET}-{{{{ look }}}}",
}


def told(path: Path) -> str:
    """What an operator reads about a file, one line each, with paths below the file's folder."""
    try:
        load(path, environ=ENVIRON)
    except SettingsError as error:
        lines = [str(problem) for problem in error.problems]
    else:
        lines = []
    return "".join(f"{line.replace(f'{path.parent}/', '')}\n" for line in lines)
