"""A good configuration becomes plain values."""

from __future__ import annotations

import dataclasses
import re
from datetime import date

import pytest

from monitor.model import Rules, Scope
from monitor.settings import PhoneSender, Retention, SettingsError, TwilioSender, load
from probes.spec import DnsSpec, HttpSpec, TcpSpec, TlsSpec
from tests.unit.settings.examples import CONFIG, ENVIRON, GOOD, SECRET


@pytest.fixture(scope="module")
def demo():
    return load(CONFIG / "demo.yaml", environ=ENVIRON, check_files=False)


def load_with(tmp_path, old, new, **files):
    """The good configuration with one text replaced; `files` are put beside it."""
    text = GOOD.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "govah.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return load(tmp_path / "govah.yaml", environ=ENVIRON)


def http_with(tmp_path, lines, **files):
    """The request of the good configuration's first check, with more lines in it."""
    url = 'url: "https://insurer.example/health"'
    settings = load_with(tmp_path, url, f"{url}\n      {lines}", **files)
    spec = settings.world.checks["insurer-front"].spec
    assert isinstance(spec, HttpSpec)
    return spec


def test_the_demo_world_is_whole(demo):
    world = demo.world

    assert world.platform == "boghrat"
    assert set(world.services) == {"tamin", "ihio", "panel"}
    assert len(world.vantages) == 5
    assert len(world.checks) == len(world.targets) == 21
    assert world.targets["ref.abroad.a"].scope is Scope.INTERNATIONAL
    assert world.vantages["frankfurt"].country == "DE"
    assert world.rules == dataclasses.replace(
        Rules(), symptom_after_s=45.0, stable_s=20.0, unstable_stable_s=60.0
    )
    assert (demo.page.host, demo.page.port) == ("127.0.0.1", 8080)
    assert demo.data_directory == CONFIG / "data"
    assert demo.source == CONFIG / "demo.yaml"


def test_a_target_belongs_to_the_party_that_answers(demo):
    targets = demo.world.targets

    assert targets["tamin.fetch"].party == "tamin"
    assert targets["panel.front"].party == "boghrat"
    assert (targets["panel.relay.tamin"].party, targets["panel.relay.tamin"].service) == (
        "boghrat",
        "tamin",
    )
    assert targets["ref.home.a"].party is None


def test_each_kind_of_check_has_its_specification(demo):
    checks = demo.world.checks
    ca_file = str(CONFIG / "ca.pem")

    assert checks["tamin-names"].spec == DnsSpec("soa.tamin.demo", "A")
    assert checks["tamin-front"].spec == TlsSpec("soa.tamin.demo", 8443, ca_file=ca_file)
    assert checks["ihio-front"].spec == TcpSpec("erx.ihio.demo", 8443)
    token = checks["tamin-token"]
    assert (token.every_s, token.timeout_s, token.slow_after_s) == (5.0, 3.0, 1.5)
    assert isinstance(token.spec, HttpSpec)
    assert token.spec.expect.status == (401,)


def test_bodies_are_bytes_with_their_type(demo):
    form = demo.world.credentials["tamin-house"].login
    sent = demo.world.credentials["ihio-terminal"].login

    assert isinstance(form, HttpSpec)
    assert isinstance(sent, HttpSpec)
    assert form.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert form.body == (
        f"grant_type=refresh_token&client_id=govah-demo&refresh_token={SECRET}-1".encode()
    )
    assert sent.headers["Content-Type"] == "application/json"
    assert sent.body == (
        f'{{"terminalId":"demo","username":"demo","password":"{SECRET}-2"}}'.encode()
    )


def test_all_vantages_means_every_one_of_them():
    world = load(GOOD, environ={}).world

    assert world.checks["insurer-front"].vantages == ("tehran",)


def test_a_form_as_a_list_may_repeat_a_name(tmp_path):
    spec = http_with(tmp_path, "method: POST\n      writes: false\n      form: [[a, b c], [a, ث]]")

    assert spec.body == b"a=b+c&a=%D8%AB"


def test_a_type_of_ones_own_stays(tmp_path):
    lines = "method: POST\n      headers: {content-type: text/xml}\n      body: <a/>"

    spec = http_with(tmp_path, f"writes: false\n      {lines}")

    assert (spec.headers, spec.body) == ({"content-type": "text/xml"}, b"<a/>")


def test_null_is_a_value_in_json_and_among_what_may_stand_there(tmp_path):
    lines = "method: POST\n      json: null\n      expect: {json: [{path: a, one_of: [null, 1]}]}"

    spec = http_with(tmp_path, f"writes: false\n      {lines}")

    assert spec.body == b"null"
    assert spec.expect.json[0].one_of == (None, 1)


def test_a_secret_comes_from_a_file_beside_the_configuration(tmp_path):
    lines = 'headers: {Authorization: "Bearer ${file:token}"}'

    spec = http_with(tmp_path, lines, token=f"{SECRET}\n")

    assert spec.headers == {"Authorization": f"Bearer {SECRET}"}
    assert SECRET not in repr(spec)


def test_secrets_are_kept_for_redaction_longest_first_and_never_shown(demo):
    assert demo.secrets == (f"{SECRET}-1", f"{SECRET}-2", f"{SECRET}-3")
    assert SECRET not in repr(demo)
    assert "+98912" not in repr(demo)


def test_times_and_noes_and_dates_stay_text(tmp_path):
    lines = "expect: {json: [{path: a, one_of: [10:05, no, 2026-03-21, 021-88]}]}"

    spec = http_with(tmp_path, lines)

    assert spec.expect.json[0].one_of == ("10:05", "no", "2026-03-21", "021-88")


def test_a_phone_number_without_quotes_is_refused_even_in_json(tmp_path):
    with pytest.raises(SettingsError, match="put it in quotes"):
        http_with(tmp_path, "method: POST\n      writes: false\n      json: {mobile: 09121234567}")


@pytest.mark.parametrize(
    ("text", "duration_s"),
    [("1500ms", 1.5), ("5s", 5.0), ("2.5s", 2.5), ("10m", 600.0), ("2h", 7200.0), ("1d", 86400.0)],
)
def test_durations_carry_their_unit(tmp_path, text, duration_s):
    settings = load_with(tmp_path, "every: 60s", f"every: {text}")

    assert settings.world.checks["insurer-front"].every_s == duration_s


def test_aliases_save_writing(tmp_path):
    old = "vantages: all"
    settings = load_with(tmp_path, old, "vantages: &all_of_them [tehran]")

    assert settings.world.checks["insurer-front"].vantages == ("tehran",)
    text = GOOD.read_text(encoding="utf-8").replace(old, "vantages: &v [tehran]")
    (tmp_path / "govah.yaml").write_text(
        text.replace("vantages: [tehran]", "vantages: *v"), "utf-8"
    )
    assert load(tmp_path / "govah.yaml", environ={}).world.checks["home"].vantages == ("tehran",)


def test_the_senders():
    twilio = load(CONFIG / "demo.yaml", environ=ENVIRON, check_files=False).sender

    assert twilio == TwilioSender(
        base_url="http://127.77.4.1:8080",
        account_sid="ACdemo0000000000000000000000000000",
        auth_token=f"{SECRET}-3",
        sender="+15005550006",
        timeout_s=10.0,
        lookup_grace_s=5.0,
    )


def test_the_phone_of_the_demo_needs_no_secret(tmp_path):
    phone = 'messages: {sender: {kind: phone, url: "http://127.0.0.1:9/inbox"}}\n\nadvice:'

    settings = load_with(tmp_path, "advice:", phone)

    assert settings.sender == PhoneSender("http://127.0.0.1:9/inbox", 30.0)


def test_what_is_left_out_has_the_defaults_of_the_model():
    settings = load(GOOD, environ={})

    assert settings.world.rules == Rules()
    assert settings.retention == Retention()
    assert (settings.world.country, settings.world.time_zone) == ("IR", "Asia/Tehran")
    assert settings.sender is None
    assert settings.recipients == ()
    assert settings.secrets == ()


def test_advice_is_dated():
    [neutral, upstream] = load(
        CONFIG / "demo.yaml", environ=ENVIRON, check_files=False
    ).world.advice

    assert neutral.expires_on is None
    assert (upstream.approved_on, upstream.expires_on) == (date(2026, 1, 1), date(2099, 1, 1))


def test_recipients_may_come_from_a_spreadsheet(tmp_path):
    sender = 'messages: {sender: {kind: phone, url: "http://127.0.0.1:9/"}}'
    people = "\ufeffid,phone,services,language\r\ndr-1,+989120000001,insurer,fa\r\n\r\n"
    added = f"{sender}\nrecipients: {{file: people}}\n\nadvice:"

    [doctor] = load_with(tmp_path, "advice:", added, people=people).recipients

    assert (doctor.id, doctor.services, doctor.language) == ("dr-1", ("insurer",), "fa")
    assert "+98" not in repr(doctor)


def test_the_example_loads_once_its_secrets_are_there(tmp_path):
    for name in ("example.yaml", "example-recipients.csv"):
        (tmp_path / name).write_bytes((CONFIG / name).read_bytes())
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "insurer-token").write_text(f"{SECRET}\n", "utf-8")
    names = re.findall(r"\$\{env:(\w+)\}", (CONFIG / "example.yaml").read_text(encoding="utf-8"))
    environ = {name: name.lower() for name in names[1:]}  # the first one stands in a comment

    settings = load(tmp_path / "example.yaml", environ=environ)

    assert settings.world.rules == Rules(), "the example shows the defaults"
    assert settings.retention == Retention()
    assert len(settings.recipients) == 2
    assert {*settings.secrets} == {SECRET, *environ.values()}
    assert {check.spec.kind for check in settings.world.checks.values()} == {
        "dns", "tls", "tcp", "http", "icmp", "heartbeat", "promql", "transaction", "step"
    }  # fmt: skip


def test_who_wants_no_secrets_needs_none(tmp_path):
    for name in ("example.yaml", "example-recipients.csv"):
        (tmp_path / name).write_bytes((CONFIG / name).read_bytes())

    settings = load(tmp_path / "example.yaml", environ=None)

    assert settings.secrets == ()
    assert len(settings.world.checks) > 3
