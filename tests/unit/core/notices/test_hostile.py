"""Whatever bytes a stranger sends, a reading ends in notices, reasons or a refusal."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.notices.reading import read
from monitor.core.notices.sources import SAYS, Fields, Format, NoticeError
from monitor.core.notices.standing import notices_of
from tests.unit.core.notices.declared import NOW, a_source

FIELDS = Fields(begin="a", end="b", state="c", region="d")
SEEDS = {
    Format.ICS: [b"BEGIN:VCALENDAR\n", b"BEGIN:VEVENT\n", b"END:VEVENT\n", b"END:VCALENDAR\n",
                 b"UID:1\n", b"DTSTART:20261125T000000Z\n", b"RRULE:FREQ=DAILY\n", b"DTEND:2\n"],
    Format.CSV: [b"a,b,c,d\n", b"1405/09/03 10:00,", b"2026-11-25,", b"planned,", b"\n", b'"'],
    Format.JSON: [b"[", b"]", b"{", b"}", b'"a":', b'"2026-11-25"', b",", b'"c":', b"1e999"],
    Format.STATUSPAGE: [b"{", b"}", b'"incidents":', b"[", b"]", b'"id":1', b",", b'"status":"x"'],
    Format.GEMATIK: [b"{", b"}", b'"appStatus":', b'"x":', b'"outage":"full"', b",", b"[", b"]"],
    Format.RSS: [b"<rss>", b"</rss>", b"<item>", b"</item>", b"<guid>1</guid>", b"<pubDate>",
                 b"</pubDate>", b"2026"],
    Format.ATOM: [b"<feed>", b"</feed>", b"<entry>", b"</entry>", b"<id>1</id>", b"<updated>",
                  b"2026-11-24T05:00:00Z", b"</updated>"],
}  # fmt: skip


@pytest.mark.parametrize("form", list(Format))
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_nothing_else_is_ever_raised(form, data) -> None:
    pieces = st.one_of(st.sampled_from(SEEDS[form]), st.binary(max_size=8))
    source = a_source(form, fields=FIELDS)
    try:
        listing = read(source, b"".join(data.draw(st.lists(pieces, max_size=30))), NOW)
    except NoticeError:
        return

    notices, _ = notices_of(source, listing, {}, NOW)

    assert all(n.from_at <= n.to_at and n.says in SAYS for n in notices)
