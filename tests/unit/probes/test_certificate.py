"""What a certificate says is kept short and printable, whatever it says."""

from __future__ import annotations

import random

import pytest

from probes.certificate import describe, lacks_link
from tests.integration.probes.authority import make_trust


@pytest.fixture(scope="module")
def trust(tmp_path_factory):
    return make_trust(tmp_path_factory.mktemp("trust"))


def test_hostile_names_are_few_short_and_printable(trust):
    shown = describe(trust.der["noisy"], verified=False)

    assert len(shown.names) == 20
    for text in (shown.subject, shown.issuer, *shown.names):
        assert len(text) <= 200
        assert text.isprintable()
    assert shown.subject.startswith("CN=")


def test_a_certificate_is_not_kept_whole(trust):
    shown = describe(trust.der["noisy"], verified=False)

    assert len(trust.der["noisy"]) > 70_000
    assert sum(map(len, (shown.subject, shown.issuer, *shown.names))) <= 22 * 200


def test_no_certificate_makes_it_raise(trust):
    chance = random.Random(1)
    for name in ("good", "tells_issuer", "self_signed"):
        for _ in range(1500):
            der = bytearray(trust.der[name])
            for _ in range(chance.randint(1, 4)):
                der[chance.randrange(len(der))] = chance.randrange(256)

            shown = describe(bytes(der), verified=False)
            lacks_link([bytes(der)], frozenset({"somebody"}))

            assert len(shown.sha256) == 64


@pytest.mark.parametrize(
    ("sent", "known", "lacks"),
    [
        (["through_middle"], "our own", True),  # nothing between, of an organisation we trust
        (["through_middle"], "another", False),  # nobody can tell what is missing
        (["tells_issuer"], "another", True),  # it tells itself where its issuer is
        (["self_signed"], "our own", False),
        (["through_middle", "middle"], "our own", False),
    ],
)
def test_a_missing_link_is_told_from_an_unknown_root(sent, known, lacks, trust):
    organisation = {"our own": trust.organisation, "another": "another"}[known]

    assert lacks_link([trust.der[name] for name in sent], frozenset({organisation})) is lacks


@pytest.mark.parametrize("junk", [b"", b"\x30\x80", b"\xff" * 100])
def test_junk_has_a_fingerprint_and_nothing_else(junk):
    shown = describe(junk, verified=False)

    assert (shown.subject, shown.names, len(shown.sha256)) == ("", (), 64)
    assert lacks_link([junk], frozenset()) is False
