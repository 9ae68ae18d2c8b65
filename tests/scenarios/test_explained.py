"""What a claim cites is what it rests on: without it, it falls."""

from __future__ import annotations

from monitor.core.inference.bayes import BayesReasoner
from monitor.scenarios.sets import recipes
from monitor.scenarios.worlds import WORLDS
from tests.support.counterfactual import without_grounds

SAMPLE = ("upstream.backends_dead", "upstream.site_lost", "platform.application", "path.network",
          "credentials.expired", "monitor.agent_crashed")  # fmt: skip


def test_without_the_grounds_it_cites_a_claim_falls():
    reasoner = BayesReasoner(WORLDS["five"])

    tried = [
        one
        for recipe in recipes(6, 3, mechanisms=list(SAMPLE), worlds={"five": 1.0})
        for one in without_grounds(recipe(), reasoner)
    ]

    assert len(tried) >= len(SAMPLE)
    assert [one for one in tried if one.stands] == []
