"""What goes to an agent: all it needs to look, and nothing else of the configuration."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Role
from monitor.settings import SettingsError, load
from monitor.settings.cut import AtTheCore, cut, world_of_cut
from probes.spec import ToldSpec, TransactionSpec
from tests.unit.settings.examples import CONFIG, ENVIRON, SECRET, WHOLE

PEM = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n"
CORE = 'agents: {listen: "127.0.0.1:8843", public_url: "https://core.example:8843"}\n\nplatform:'


@pytest.fixture(scope="module")
def whole():
    return load(WHOLE, environ=ENVIRON)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo with its vantages looked from by agents, but for the first."""
    folder = tmp_path_factory.mktemp("demo")
    text = (CONFIG / "demo.yaml").read_text(encoding="utf-8").replace("platform:", CORE, 1)
    _, *others = re.findall(r", source_address: [0-9.]+", text)
    assert len(others) == 4
    for address in others:
        text = text.replace(address, ", agent: true")
    (folder / "demo.yaml").write_text(text, encoding="utf-8")
    (folder / "demo-recipients.csv").write_bytes((CONFIG / "demo-recipients.csv").read_bytes())
    (folder / "ca.pem").write_text(PEM, encoding="ascii")
    return load(folder / "demo.yaml", environ=ENVIRON)


def sent(document):
    """As it arrives over the wire."""
    return json.loads(json.dumps(document))


def restricted(world, vantage):
    """The world as far as one vantage is concerned."""
    checks = {
        check.id: replace(check, vantages=(vantage,))
        for check in world.checks.values()
        if vantage in check.vantages
    }
    targets = {
        target.id: target
        for target in world.targets.values()
        if target.id in {check.target for check in checks.values()}
    }
    services = {target.service for target in targets.values()}
    parties = {world.services[name].party for name in services if name} | {world.platform}
    chains = [check.spec for check in checks.values() if isinstance(check.spec, TransactionSpec)]
    credentials = {chain.credential for chain in chains}
    return replace(
        world,
        parties={key: party for key, party in world.parties.items() if key in parties},
        services={key: service for key, service in world.services.items() if key in services},
        targets=targets,
        vantages={vantage: replace(world.vantages[vantage], at_platform=False)},
        checks=checks,
        advice=(),
        credentials={
            key: replace(
                credential,
                login=AtTheCore(),
                token_path="",
                lifetime_path=None,
                lifetime_s=0.0,
                lifetime_unit_s=1.0,
                refresh_before_s=20.0,
                timeout_s=10.0,
                backoff_first_s=60.0,
                backoff_longest_s=3600.0,
                logins=type(credential.logins)(4, 3600.0),
                expires_on=None,
                lock_after=None,
            )
            for key, credential in world.credentials.items()
            if key in credentials
        },
        providers={
            key: provider
            for key, provider in world.providers.items()
            if key in {check.provider for check in checks.values()}
        },
        heartbeats={},
        sources={},
        shared={},
        mains=(),
    )


def nameless(world):
    """The world with the names of its certificate files taken out, as they lie elsewhere."""
    checks = {
        key: replace(check, spec=nameless_spec(check.spec)) for key, check in world.checks.items()
    }
    return replace(world, checks=checks)


def nameless_spec(spec):
    if isinstance(spec, TransactionSpec):
        steps = [replace(step, request=nameless_spec(step.request)) for step in spec.steps]
        return replace(spec, steps=tuple(steps))
    return replace(spec, ca_file="ca.pem") if getattr(spec, "ca_file", None) else spec


@pytest.mark.parametrize("vantage", ["tehran-mci", "mashhad-irancell", "shiraz-tci", "frankfurt"])
def test_an_agent_of_the_demo_gets_its_part_of_the_world(demo, tmp_path, vantage):
    world, _ = world_of_cut(sent(cut(demo, vantage)), tmp_path)

    assert nameless(world) == nameless(restricted(demo.world, vantage))
    assert any(target.role is Role.REFERENCE for target in world.targets.values())


def test_an_agent_of_the_whole_gets_its_part_of_the_world(whole, tmp_path):
    world, secrets = world_of_cut(sent(cut(whole, "mashhad")), tmp_path)

    assert world == restricted(whole.world, "mashhad")
    assert [*world.checks] == ["insurer-chain", "insurer-chain.order", "insurer-front", "home"]
    assert isinstance(world.checks["insurer-chain.order"].spec, ToldSpec)
    assert secrets == tuple(sorted({*secrets}, key=lambda one: (-len(one), one)))
    assert not [*tmp_path.iterdir()], "no authorities, no files"


def test_authorities_come_along_readable_by_us_alone(demo, tmp_path):
    folder = tmp_path / "authorities"

    world, _ = world_of_cut(sent(cut(demo, "tehran-mci")), folder)

    file = world.checks["tamin-front"].spec.ca_file
    assert file.startswith(f"{folder}/")
    [path] = folder.iterdir()
    assert path.read_text(encoding="ascii") == PEM
    assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)


def test_only_secrets_that_are_sent_from_there_leave_the_core(whole):
    document = cut(whole, "mashhad")
    text = json.dumps(document)

    assert {*document["secrets"]} == {
        f"{SECRET}-{name}" for name in ("password", "key", "<xml>", "&lt;xml&gt;")
    }
    for name in ("outcomes", "beat", "login", "prom"):
        assert f"{SECRET}-{name}" not in text
    assert ENVIRON["SMS_TOKEN"] not in [*strings(document)]
    assert "auth_token" not in text
    assert "insurer.example/auth/token" not in text


def test_no_doctor_and_no_message_leaves_the_core(demo):
    text = json.dumps(cut(demo, "tehran-mci"), ensure_ascii=False)

    assert "+98" not in text
    assert f"{SECRET}-3" not in text, "the SMS provider's token"
    assert demo.world.advice[0].page["fa"][0] not in text
    assert "127.77.1." not in text, "another vantage's address"
    assert "recipients" not in text


def strings(value):
    """Every text in a document."""
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else ():
        yield from strings(item)
    for item in value if isinstance(value, list) else ():
        yield from strings(item)


@given(
    st.dictionaries(
        st.sampled_from(["OUTCOMES_KEY", "BEAT_SECRET", "LOGIN_SECRET", "PROM_TOKEN", "SMS_TOKEN"]),
        st.text(alphabet="abcdef<&\"'0123456789", min_size=12, max_size=30),
        min_size=5,
    )
)
@settings(max_examples=20, deadline=None)
def test_whatever_they_are_the_cores_own_secrets_stay_there(secrets):
    text = "\n".join(strings(cut(load(WHOLE, environ={**ENVIRON, **secrets}), "mashhad")))

    assert [name for name, secret in secrets.items() if secret in text] == []


@pytest.mark.parametrize("vantage", ["tehran", "nowhere"])
def test_who_is_no_agent_gets_nothing(whole, vantage):
    with pytest.raises(LookupError):
        cut(whole, vantage)


def test_authorities_that_went_away_are_told(demo, tmp_path):
    gone = replace(demo, source=tmp_path / "demo.yaml")

    with pytest.raises(SettingsError, match="certificate authorities cannot be read"):
        cut(gone, "tehran-mci")


def broken(document, *path, value):
    """The document with one value replaced, or (None) removed."""
    inner = document
    for part in path[:-1]:
        inner = inner[part]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("govah-cut",), 2, "expected 1, the version of this format"),
        (("vantage",), None, "`vantage` is missing"),
        (("page",), {}, "page: this key is unknown"),
        (("checks", 0, "target"), "elsewhere", "there is no target `elsewhere`"),
        (("checks", 0, "vantages"), ["tehran"], "there is no vantage `tehran`"),
        (("checks", 0, "transaction", "provider"), "other", "there is no provider `other`"),
        (("checks", 1, "id"), "insurer-chain", "stands on line"),
        (("checks", 1, "http", "ca_file"), "/etc/passwd", "did not come along"),
        (("targets", 0, "service"), "panel", "there is no service `panel`"),
        (("services", 0, "party"), "nobody", "there is no party `nobody`"),
        (("credentials",), [], "there is no credential"),
        (("credentials", 0, "service"), "panel", "there is no service `panel`"),
        (("authorities",), {"../../key.pem": "x"}, "authorities"),
        (("providers", 0, "writes"), ["("], "this is not a regular expression"),
        (("platform",), "insurer2", "there is no party"),
        (("secrets",), "x", "expected a list of texts"),
    ],
)
def test_a_document_that_is_no_good_is_told_and_writes_nothing(whole, tmp_path, path, value, told):
    document = broken(sent(cut(whole, "mashhad")), *path, value=value)

    with pytest.raises(SettingsError, match=re.escape(told)) as caught:
        world_of_cut(document, tmp_path / "authorities")

    assert SECRET not in str(caught.value)
    assert not (tmp_path / "authorities").exists()


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_document_raises_anything_else(whole_document, data):
    document = sent(whole_document)
    inner, path = document, []
    while isinstance(inner, dict | list) and inner:
        key = data.draw(
            st.sampled_from([*inner] if isinstance(inner, dict) else [*range(len(inner))])
        )
        path.append(key)
        inner = inner[key]
        if data.draw(st.booleans()):
            break
    value = data.draw(
        st.sampled_from([True, 5, "x", [], [None], {}, {"id": []}, "{{ x }}", "[::1"])
    )

    told = ""
    try:
        world_of_cut(broken(document, *path, value=value), WHOLE.parent / "never-made")
    except SettingsError as error:
        told = str(error)

    assert SECRET not in told


@pytest.fixture(scope="module")
def whole_document():
    return cut(load(WHOLE, environ=ENVIRON), "mashhad")


def test_the_shipped_and_own_providers_come_along_whole(demo, whole, tmp_path):
    there, _ = world_of_cut(sent(cut(demo, "tehran-mci")), tmp_path)
    other, _ = world_of_cut(sent(cut(whole, "mashhad")), tmp_path)

    assert there.providers == demo.world.providers
    assert other.providers == whole.world.providers
