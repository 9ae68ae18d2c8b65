"""Transactions, logins, agents and the other ways to look become plain values."""

from __future__ import annotations

from datetime import date

import pytest
from yarl import URL

from monitor.core.notices.alertmanager import AlertRule
from monitor.model import (
    Budget,
    CodeClass,
    HeartbeatSource,
    NoticeKind,
    OutcomeClass,
    SharedThing,
)
from monitor.settings import AgentsSettings, Listen, SettingsError, load
from monitor.settings.values_hooks import AlertsHook, MainsHook, MarksHook
from probes.failures import LookFailedError
from probes.guard import ReadOnly
from probes.spec import (
    CodeMap,
    HeartbeatSpec,
    IcmpSpec,
    PromqlSpec,
    Take,
    ToldSpec,
    TransactionSpec,
    XmlExpectation,
)
from tests.unit.settings.examples import ENVIRON, PROVIDERS, SECRET, WHOLE


@pytest.fixture(scope="module")
def whole():
    return load(WHOLE, environ=ENVIRON)


@pytest.fixture(scope="module")
def chain(whole):
    spec = whole.world.checks["insurer-chain"].spec
    assert isinstance(spec, TransactionSpec)
    return spec


def whole_with(tmp_path, *changes):
    """The whole with texts replaced."""
    text = WHOLE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (tmp_path / "providers").mkdir()
    (tmp_path / "providers" / "insurer.yaml").write_bytes((PROVIDERS / "insurer.yaml").read_bytes())
    (tmp_path / "govah.yaml").write_text(text, encoding="utf-8")
    return load(tmp_path / "govah.yaml", environ=ENVIRON)


def test_a_transaction_is_told_under_a_check_for_each_of_its_targets(whole, chain):
    checks = whole.world.checks
    own, told = checks["insurer-chain"], checks["insurer-chain.order"]

    assert [*checks][:2] == ["insurer-chain", "insurer-chain.order"]
    assert [step.check for step in chain.steps] == [own.id, told.id, told.id, own.id]
    assert (own.target, told.target) == ("insurer.entitlement", "insurer.register")
    assert told.spec == ToldSpec(of="insurer-chain")
    assert (told.vantages, told.every_s, told.timeout_s) == (("tehran", "mashhad"), 60.0, 10.0)
    assert (own.slow_after_s, told.slow_after_s) == (2.0, 1.0)
    assert (own.provider, told.provider) == ("insurer", None), "the step brought its own codes"


def test_steps_carry_values_and_bodies_keep_their_templates(chain):
    cover, order, types, again = chain.steps

    assert cover.request.url == "https://insurer.example/core/{{ doctor }}/open"
    assert (cover.body_kind, cover.request.body) == (
        "json",
        b'{"password":"{{ password }}","look":"{{ look }}"}',
    )
    assert cover.request.headers["Authorization"] == "Bearer {{ token }}"
    assert cover.take == (Take("session", json="info.sessionId"),)
    assert (order.body_kind, order.timeout_s) == ("form", 5.0)
    assert order.take[0] == Take("check_code", xml="//i:code", namespaces={"i": "urn:i"})
    assert (types.body_kind, types.request.body) == (None, None)
    assert (again.body_kind, again.request.body) == ("xml", b"<a>{{ number }}</a>")
    assert again.request.headers == {"Content-Type": "text/xml; charset=utf-8"}
    assert again.request.expect.xml == (XmlExpectation("//s:ok", ("yes",), None, {"s": "urn:s"}),)
    assert chain.values == {"doctor": "d-1", "password": f"{SECRET}-password"}


def test_a_step_without_codes_of_its_own_has_the_providers(chain):
    cover, order, *_ = chain.steps

    assert cover.request.expect.codes == CodeMap(
        "to_string(code)",
        {"1": CodeClass.OK, "-500": CodeClass.UPSTREAM, "1947": CodeClass.UPSTREAM},
        message_path="message",
        phrases=(("نسخه تکراری", CodeClass.PATIENT),),
    )
    assert order.request.expect.codes == CodeMap("to_string(code)", {"1": CodeClass.OK})


def test_a_chain_without_a_provider_has_the_one_whose_codes_it_expects(tmp_path):
    reads = '"https://insurer.example/core/{{ doctor }}/open"'
    settings = whole_with(
        tmp_path,
        ("      provider: insurer\n", ""),
        (reads, f"{reads}\n            expect: {{codes: {{provider: insurer}}}}"),
        ("          take: {session:", "          writes: false\n          take: {session:"),
    )
    spec = settings.world.checks["insurer-chain"].spec
    assert isinstance(spec, TransactionSpec)

    assert settings.world.checks["insurer-chain"].provider == "insurer"
    assert [step.request.expect.codes is None for step in spec.steps] == [False, False, True, True]
    assert spec.writes == (), "nobody said what writes"


def test_an_answer_to_head_is_not_asked_for_codes(tmp_path):
    old = 'http: {url: "https://insurer.example/core/types'
    new = 'http: {method: HEAD, url: "https://insurer.example/core/types'
    spec = whole_with(tmp_path, (old, new)).world.checks["insurer-chain"].spec

    assert isinstance(spec, TransactionSpec)
    assert spec.steps[2].request.expect.codes is None


def test_the_guard_lets_pass_what_the_review_let_pass_and_nothing_beside_it(chain):
    guard = ReadOnly(chain.reads, chain.writes)

    for path in ("/core/d-1/open", "/core/order", "/soap/read"):
        guard("POST", URL(f"https://insurer.example{path}"))
    for path in ("/core/orders", "/core/order/now", "/core/save", "/soap/reader"):
        with pytest.raises(LookFailedError, match="write_refused"):
            guard("POST", URL(f"https://insurer.example{path}"))


def test_an_operators_word_covers_a_path_with_a_value_in_it(tmp_path):
    old, new = "https://insurer.example/core/order", "https://insurer.example/core/{{ doctor }}.x"
    spec = whole_with(tmp_path, (old, new)).world.checks["insurer-chain"].spec
    assert isinstance(spec, TransactionSpec)
    guard = ReadOnly(spec.reads, spec.writes)

    guard("POST", URL("https://insurer.example/core/d-7.x"))
    for path in ("/core/d-7/x", "/core/a/b.x", "/core/d-7yx"):
        with pytest.raises(LookFailedError, match="write_refused"):
            guard("POST", URL(f"https://insurer.example{path}"))


def test_a_login_is_a_credential(whole):
    credential = whole.world.credentials["insurer-house"]

    assert credential.service == "insurer"
    assert credential.login.body == (
        f"grant_type=refresh_token&refresh_token={SECRET}-login".encode()
    )
    assert (credential.token_path, credential.lifetime_path) == ("access_token", "expires_in")
    assert (credential.lifetime_s, credential.lifetime_unit_s) == (7200.0, 60.0)
    assert (credential.refresh_before_s, credential.timeout_s) == (240.0, 3.0)
    assert (credential.backoff_first_s, credential.backoff_longest_s) == (30.0, 1200.0)
    assert (credential.logins, credential.looks) == (Budget(2, 1800.0), Budget(600, 60.0))
    assert (credential.expires_on, credential.lock_after) == (date(2027, 5, 1), 5)


def test_what_a_credential_leaves_out_is_the_models(tmp_path):
    lines = WHOLE.read_text(encoding="utf-8").splitlines()
    cut = "\n".join(lines[lines.index("    refresh_before: 4m") : lines.index("parties:")])
    spans = "    lifetime: {path: expires_in, unit: 1m, default: 2h}\n"
    patience = ("    timeout: 10s\n    slow_after: 2s", "    timeout: 11s\n    slow_after: 2s")

    whole = whole_with(tmp_path, (cut, ""), (spans, ""), patience)

    credential = whole.world.credentials["insurer-house"]
    assert credential.timeout_s == 10.0

    assert (credential.lifetime_path, credential.lifetime_s) == (None, 3600.0)
    assert (credential.refresh_before_s, credential.logins) == (20.0, Budget(4, 3600.0))
    assert (credential.looks, credential.lock_after, credential.expires_on) == (None, None, None)


def test_the_other_ways_to_look(whole):
    checks = whole.world.checks

    assert checks["home"].spec == IcmpSpec("home.example", 4, 0.1, 2, 6)
    assert checks["visits"].spec == HeartbeatSpec("backup", 300.0)
    assert checks["relay"].spec == PromqlSpec(
        url="https://prometheus.clinic.example",
        query="up",
        at_least=1,
        at_most=2.5,
        oldest_s=120.0,
        headers={"Authorization": f"Bearer {SECRET}-prom"},
    )
    front = checks["insurer-front"].spec
    assert (front.address, front.family) == ("10.1.2.3", 4)
    assert (front.client, front.version) == ("curl", "2")
    assert checks["insurer-front"].provider == "insurer"


def test_a_secret_stands_in_xml_as_text_and_both_forms_are_kept_for_redaction(whole):
    assert whole.world.checks["insurer-front"].spec.body == (
        f"<ping>{SECRET}-&lt;xml&gt;</ping>".encode()
    )
    assert {f"{SECRET}-<xml>", f"{SECRET}-&lt;xml&gt;"} <= {*whole.secrets}


def test_places_and_doors(whole):
    tehran, mashhad = whole.world.vantages.values()

    assert (tehran.interface, tehran.agent) == ("eth0", False)
    assert (mashhad.interface, mashhad.agent) == (None, True)
    assert (tehran.at_platform, mashhad.at_platform) == (False, True)
    assert tehran.private_networks == mashhad.private_networks == ("10.0.0.0/8", "fd00::/8")
    assert whole.world.targets["insurer.entitlement"].budget == Budget(10, 60.0)
    assert whole.agents == AgentsSettings(
        Listen("0.0.0.0", 8843), "https://core.clinic.example:8843"
    )
    assert whole.operators == Listen("127.0.0.1", 8090)
    assert whole.outcomes_key == f"{SECRET}-outcomes"
    assert whole.world.heartbeats == {"backup": HeartbeatSource("backup", f"{SECRET}-beat")}


def test_who_may_push_what(whole):
    hooks = whole.hooks
    rules = (
        AlertRule(
            {"job": "relay", "insurer": "house"}, "insurer", ("insurer",), says="partial_outage"
        ),
        AlertRule({"job": "relay"}, "clinic"),
    )

    assert hooks.alerts == (AlertsHook("alerts", f"{SECRET}-alerts", rules, 7200.0),)
    assert hooks.marks == (
        MarksHook("ci", f"{SECRET}-marks", NoticeKind.DEPLOY, frozenset({"clinic"})),
        MarksHook("desk", f"{SECRET}-marks", NoticeKind.REPORTS, frozenset({"insurer"})),
    )
    assert hooks.mains == (MainsHook("tehran", f"{SECRET}-mains", 300.0),)
    assert whole.world.sources == {
        "alerts": {"fa": "هشدارهای درمانگاه", "en": "The clinic's alerts"},
        "insurer-status": {"fa": "صفحه وضعیت بیمه", "en": "The insurer's status page"},
    }


def test_what_several_stand_on_may_have_a_name(whole):
    gateway = SharedThing(
        "gateway",
        ("insurer.entitlement", "panel.visits"),
        {"fa": "درگاه", "en": "The gateway"},
    )
    hall = SharedThing("hall", ("panel.relay", "insurer.register", "insurer.front"))

    assert whole.world.shared == {"gateway": gateway, "hall": hall}


def test_the_world_knows_of_whose_mains_it_is_told(whole):
    assert whole.world.mains == ("tehran",)


def test_no_secret_is_ever_shown(whole):
    assert SECRET not in repr(whole)


def test_codes_may_stand_in_xml(tmp_path):
    old = 'codes: {path: to_string(code), ok: ["1"]}}'
    new = 'codes: {language: xml, namespaces: {s: "urn:s"}, path: "//s:code", ok: ["1"]}}'
    spec = whole_with(tmp_path, (old, new)).world.checks["insurer-chain"].spec
    assert isinstance(spec, TransactionSpec)

    assert spec.steps[1].request.expect.codes == CodeMap(
        "//s:code", {"1": CodeClass.OK}, language="xml", namespaces={"s": "urn:s"}
    )
    (tmp_path / "again").mkdir()
    with pytest.raises(SettingsError, match="XPath"):
        whole_with(tmp_path / "again", (old, new.replace("{s:", "{t:")))


def test_a_prometheus_that_counts_calls_is_asked_from_here_with_its_secret(whole):
    (source,) = whole.traffic.sources

    assert whole.traffic.holidays == {date(2027, 3, 21), date(2027, 3, 22)}
    assert (source.id, source.timeout_s) == ("panel", 3.0)
    assert source.vantage.private_networks == ("10.0.0.0/8", "fd00::/8")
    assert [query.outcome for query in source.queries] == [OutcomeClass.OK, OutcomeClass.BUSINESS]
    assert source.queries[0].spec == PromqlSpec(
        "https://prometheus.clinic.example",
        'sum(increase(calls_total{result="ok"}[1m]))',
        headers={"Authorization": f"Bearer {SECRET}-prom"},
    )
    assert SECRET not in repr(whole.traffic)
