"""All of the corpus."""

from __future__ import annotations

from tests.integration.probes.corpus_trust import TRUST
from tests.integration.probes.corpus_truth import TRUTH
from tests.integration.probes.corpus_ways import WAYS
from tests.integration.probes.corpus_wire import WIRE

CASES = [*WIRE, *WAYS, *TRUST, *TRUTH]
