"""Every hostile answer gets its own name, in its own phase, in time."""

from __future__ import annotations

import asyncio

import pytest

from probes.registry import make_probes
from tests.integration.probes.corpus import standing
from tests.integration.probes.corpus_all import CASES
from tests.integration.probes.world import LOOK_ID, check, vantage


def test_the_corpus_is_large_and_nothing_is_in_it_twice():
    assert len(CASES) >= 75
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_hostile_answer_is_named(case, trust):
    now = asyncio.get_running_loop().time
    async with standing(case, trust) as place:
        probe, spec = make_probes(), case.spec(place)
        begun = now()
        seen = await probe[spec.kind].look(
            check(spec, case.timeout_s), vantage(place.resolver, case.source), LOOK_ID
        )
        took_s = now() - begun

    assert (seen.failure, seen.phase) == (case.failure, case.phase)
    assert took_s <= case.timeout_s + 0.5
