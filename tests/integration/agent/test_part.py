"""An agent lives by the newest good part of the core's configuration, with the core or without."""

from __future__ import annotations

import json
import stat
from dataclasses import replace

import pytest

from monitor.agent.core import CoreError, Outcome
from monitor.agent.part import PART, Part, Place
from monitor.settings import load
from monitor.settings.cut import cut
from tests.support.command import SMALL

PLACE = Place("far", source_address="127.0.0.7", resolvers=("127.0.0.1:53",))
FAR = "  - {id: far, name: {fa: دور, en: Far}, country: IR, region: r, network: n, agent: true}\n"


class ACore:
    """Holds one configuration, as the console would; None: cut off."""

    def __init__(self, part) -> None:
        self.part, self.given = part, 0

    async def config(self, etag):
        if self.part is None:
            raise CoreError(Outcome.UNREACHABLE, "ClientConnectorError")
        mark = str(hash(self.part))
        if mark == etag:
            return None
        self.given += 1
        return mark, self.part


@pytest.fixture
def part_text(tmp_path):
    """The small configuration with a far vantage, cut for it, as it travels."""

    def made(every="60s"):
        text = SMALL.format(port=8080).replace("targets:\n", f"{FAR}targets:\n", 1)
        text = text.replace("every: 60s", f"every: {every}")
        text += 'agents: {listen: "127.0.0.1:8843", public_url: "https://127.0.0.1:8843"}\n'
        path = tmp_path / "govah.yaml"
        path.write_text(text, encoding="utf-8")
        return json.dumps(cut(load(path, environ={}), "far")).encode()

    return made


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "agent").mkdir()
    return tmp_path / "agent"


async def test_it_is_pulled_once_and_kept_for_ourselves_alone(folder, part_text):
    core = ACore(part_text())
    part = Part(folder, PLACE)
    assert part.kept() is None

    world = await part.pull(core)
    assert await part.pull(core) is None

    assert core.given == 1
    assert [check.every_s for check in world.checks.values()] == [60.0]
    assert set(world.vantages) == {"far"}
    assert stat.S_IMODE((folder / PART).stat().st_mode) == 0o600


async def test_what_this_machine_knows_of_itself_goes_before_what_the_core_says(folder, part_text):
    world = await Part(folder, PLACE).pull(ACore(part_text()))

    vantage = world.vantages["far"]
    assert (vantage.source_address, vantage.resolvers) == ("127.0.0.7", ("127.0.0.1:53",))
    assert vantage.agent


async def test_a_start_without_the_core_goes_on_where_the_last_one_ended(folder, part_text):
    world = await Part(folder, PLACE).pull(ACore(part_text()))

    again = Part(folder, PLACE)
    assert again.kept() == world
    with pytest.raises(CoreError):
        await again.pull(ACore(None))
    assert await again.pull(ACore(part_text())) is None


async def test_a_change_is_taken_and_a_bad_one_is_not(folder, part_text):
    core, part = ACore(part_text()), Part(folder, PLACE)
    await part.pull(core)

    core.part = part_text(every="30s")
    [check] = (await part.pull(core)).checks.values()
    assert check.every_s == 30.0

    for bad in (b"{", b"[]", b"{}", core.part.replace(b'"every"', b'"ever"')):
        core.part = bad
        assert await part.pull(core) is None
    [kept] = Part(folder, PLACE).kept().checks.values()
    assert kept.every_s == 30.0


async def test_a_bad_one_is_not_fetched_again_and_again(folder, part_text):
    core, part = ACore(b"{}"), Part(folder, PLACE)
    for _ in range(5):
        assert await part.pull(core) is None
    assert core.given == 1

    core.part = part_text()
    assert await part.pull(core) is not None


async def test_the_part_of_another_vantage_is_not_lived_by(folder, part_text):
    other = Part(folder, replace(PLACE, vantage="elsewhere"))

    assert await other.pull(ACore(part_text())) is None


@pytest.mark.parametrize("left", [b"", b"{", b"[]", b'{"etag": "x"}', b'{"etag":"x","part":{}}'])
async def test_a_damaged_file_is_as_good_as_none(folder, left):
    (folder / PART).write_bytes(left)

    assert Part(folder, PLACE).kept() is None
