"""A verdict read back is the verdict that was written."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import EvidenceClass, FaultDomain, Ground, Level, Mode, Verdict
from monitor.store.times import from_us
from monitor.store.verdicts import verdict_of, verdict_text

words = st.text(max_size=8)
times = st.integers(0, 8 * 10**15).map(from_us)
facts = st.one_of(
    words, st.integers(), st.floats(allow_nan=False), st.lists(words, max_size=3).map(tuple)
)
grounds = st.builds(
    Ground,
    key=words,
    supports=st.booleans(),
    evidence=st.sampled_from(EvidenceClass),
    weight=st.floats(0, 1),
    facts=st.dictionaries(words, facts, max_size=4),
    looks=st.lists(words, max_size=3).map(tuple),
)
verdicts = st.builds(
    Verdict,
    service=st.none() | words,
    domain=st.sampled_from(FaultDomain),
    party=st.none() | words,
    mode=st.sampled_from(Mode),
    operations=st.lists(words, max_size=3).map(tuple),
    confidence=st.floats(0, 1),
    level=st.sampled_from(Level),
    onset_at=times,
    grounds=st.lists(grounds, max_size=3).map(tuple),
    would_change=st.lists(words, max_size=3).map(tuple),
    firm=st.booleans(),
)


@settings(deadline=None)
@given(verdicts)
def test_any_verdict_survives_the_text_exactly(verdict):
    again = verdict_of(verdict_text(verdict))

    assert again == verdict
    assert repr(again) == repr(verdict)  # 1 and 1.0 are equal, and not the same fact
