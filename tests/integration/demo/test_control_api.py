"""The control API takes a list that makes sense, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from monitor.demo.breaks import Break, BreakError, What, parse
from monitor.demo.faults import FAULTS
from monitor.demo.places import CONTROL_PORT, control_address
from tests.integration.demo.looking import look

if TYPE_CHECKING:
    from monitor.demo.world import World

pytestmark = pytest.mark.process

NONSENSE: list[tuple[Any, str]] = [
    ({"what": "hang"}, "expected a JSON list of faults"),
    (["hang"], "[0]: expected an object"),
    ([{"what": "hang"}, {"what": "explode"}], "[1].what: expected one of hang, refuse,"),
    ([{}], "[0].what: expected one of"),
    ([{"what": "hang", "host": ["a"]}], "[0]: unknown field 'host'"),
    ([{"what": "hang", "hosts": "a"}], "[0].hosts: expected a list of strings or null"),
    ([{"what": "slow", "delay_s": -1}], "[0].delay_s: expected a number that is not negative"),
    ([{"what": "slow", "delay_s": True}], "[0].delay_s: expected a number"),
    ([{"what": "refuse", "paths": ["/x"]}], "[0].paths: refuse is of the whole host"),
    ([{"what": "refuse", "sources": ["127.77.1.1"]}], "[0].sources: a closed listener refuses"),
]


@pytest.mark.parametrize(("items", "said"), NONSENSE)
def test_nonsense_is_refused_with_one_sentence(items: Any, said: str) -> None:
    with pytest.raises(BreakError) as caught:
        parse(items)

    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("what", What)
def test_what_is_written_is_read_back(what: What) -> None:
    made = Break(what, hosts=("a.demo",), delay_s=0.25, code=502)

    assert parse([{**made.to_json(), "hosts": ["a.demo"]}]) == (made,)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_refused_list_leaves_the_faults_as_they_were(world: World) -> None:
    await world.apply(FAULTS["tamin-one-operation"])
    url = f"http://{control_address('tamin', world.neighbourhood)}:{CONTROL_PORT}/faults"
    async with aiohttp.ClientSession() as session:
        async with session.post(url, json=[{"what": "explode"}]) as refused:
            assert refused.status == 400
        async with session.post(url, data="[]", headers={"Content-Type": "text/plain"}) as plain:
            assert plain.status == 415
        async with session.post(
            url, data="{", headers={"Content-Type": "application/json"}
        ) as broken:
            assert broken.status == 400
        async with session.get(url) as shown:
            kept = await shown.json()

    assert [each["what"] for each in kept] == ["status"]
    assert await look(world, "tamin-register", "1.2") == "500"
