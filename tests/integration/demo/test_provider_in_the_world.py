"""The SMS provider of the world takes messages with the world's own token and shows its ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from monitor.demo.places import PROVIDER_PLACE, address
from monitor.demo.world import SMS_TOKEN, World

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process


async def test_an_accepted_message_is_in_the_ledger_and_on_the_phone(
    tmp_path: Path, some_neighbourhood: int
) -> None:
    async with (
        World(tmp_path / "data", first_neighbourhood=some_neighbourhood, with_monitor=False) as w,
        aiohttp.ClientSession() as session,
    ):
        before = await w.ledger()
        account = "ACdemo0000000000000000000000000000"
        provider = f"http://{address(w.neighbourhood, PROVIDER_PLACE[0])}:{PROVIDER_PLACE[1]}"
        async with session.post(
            f"{provider}/2010-04-01/Accounts/{account}/Messages.json",
            data={"To": "+989120000001", "From": "+15005550006", "Body": "سلام دکتر"},
            headers={"Authorization": aiohttp.encode_basic_auth(account, w.secrets[SMS_TOKEN])},
        ) as sent:
            status = sent.status
        after = await w.ledger()
        async with session.get(f"http://{w.phone}/") as phone:
            shown = await phone.text()

    assert before == []
    assert status == 201
    assert [(each["to"], each["body"]) for each in after] == [("+989120000001", "سلام دکتر")]
    assert "سلام دکتر" in shown
