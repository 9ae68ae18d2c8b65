"""The demo's configuration, loaded without a demo running."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from monitor.resources import config
from monitor.settings import load

if TYPE_CHECKING:
    from monitor.settings import Settings

ENVIRON = {
    "GOVAH_DEMO_TAMIN_TOKEN": "token-of-the-demo",
    "GOVAH_DEMO_IHIO_PASSWORD": "password-of-the-demo",
    "GOVAH_DEMO_SMS_TOKEN": "sms-token-of-the-demo",
}


@cache
def demo_settings() -> Settings:
    return load(config() / "demo.yaml", environ=ENVIRON, check_files=False)
