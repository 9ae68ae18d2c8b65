"""A transaction takes its steps one after the other, carries values along, and only reads."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from aiohttp import web

from monitor.model import CodeClass, Failure, Phase, Sighting
from monitor.ports import TokenError
from probes.registry import make_probes
from probes.spec import (
    CodeMap,
    Expect,
    HttpSpec,
    JsonExpectation,
    StepSpec,
    Take,
    TransactionSpec,
    XmlExpectation,
)
from tests.integration.probes.insurers import (
    READS,
    WRITES,
    Ihio,
    Keeper,
    app_at,
    ihio_steps,
)
from tests.integration.probes.world import (
    LOOK_ID,
    answers,
    check,
    closed_port,
    hang_after_hello,
    serving,
    vantage,
)

VALUES = {"user": "house-doctor", "citizen_id": "0012345679"}


async def look(spec, keeper=None, timeout_s=2.0):
    return await make_probes(keeper)["transaction"].look(check(spec, timeout_s), vantage(), LOOK_ID)


def chain(steps, **more):
    more = {"credential": "ihio-house", "values": VALUES, "reads": READS, "writes": WRITES} | more
    return TransactionSpec(tuple(steps), **more)


def get(port, path="/", name="one", *, take=(), timeout_s=None, **more):
    request = HttpSpec(f"http://127.0.0.1:{port}{path}", **more)
    return StepSpec(name, name, request, None, tuple(take), timeout_s)


async def test_health_insurances_chain_is_walked_to_its_last_step_that_reads(trust):
    insurer, keeper = Ihio(), Keeper()
    async with app_at(insurer.answer, trust.contexts["good"]) as port:
        seen = await look(chain(ihio_steps(port, trust.ca_file)), keeper)

    assert (seen.failure, seen.phase, seen.code) == (None, Phase.DONE, "1")
    assert [step.name for step in seen.steps] == ["doctor", "citizen", "order", "fetch"]
    assert [heard.body for heard in insurer.heard] == [
        {"user": "house-doctor"},
        {"doctor": "doctor-1", "citizen": "0012345679"},
        {"citizen": "citizen-1"},
        {"checkCode": "4711"},
    ]
    assert {heard.token for heard in insurer.heard} == {keeper.token_text}
    assert {heard.request_id for heard in insurer.heard} == {LOOK_ID}
    assert len({heard.peer for heard in insurer.heard}) == 4  # each on a connection of its own
    assert keeper.asked == [("ihio-house", "v", LOOK_ID)]


async def test_every_step_tells_its_own_times_address_and_code(trust):
    async with app_at(Ihio().answer, trust.contexts["good"]) as port:
        seen = await look(chain(ihio_steps(port, trust.ca_file)), Keeper())

    ends = 0.0
    for step in seen.steps:
        assert (step.sighting.address, step.sighting.http_status) == ("127.0.0.1", 200)
        assert (step.sighting.code, step.sighting.steps) == ("1", ())
        assert step.sighting.certificate.verified
        assert step.sighting.timings.tls_s > 0
        assert step.begun_s >= ends
        ends = step.begun_s + step.duration_s


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (-14507, Failure.APPLICATION_ERROR),
        (1946, Failure.CREDENTIALS_REFUSED),
        (-12114, Failure.ACCOUNT_REFUSED),
        (-5414, Failure.BUSINESS_REFUSAL),
        (-23222, Failure.SESSION_EXPIRED),
        (-99999, Failure.APPLICATION_REJECTED),
    ],
)
async def test_the_first_step_that_fails_is_the_last_one_taken(code, failure):
    insurer = Ihio(citizen=code)
    async with app_at(insurer.answer) as port:
        seen = await look(chain(ihio_steps(port)), Keeper())

    assert (seen.failure, seen.phase, seen.code) == (failure, Phase.EXPECT, str(code))
    assert [step.sighting.failure for step in seen.steps] == [None, failure]
    assert len(insurer.heard) == 2


async def test_a_token_that_is_no_longer_believed_is_reported_and_not_asked_for_again():
    keeper = Keeper()
    insurer = Ihio(order=-1, cparty=-23222)
    async with app_at(insurer.answer) as port:
        seen = await look(chain(ihio_steps(port)), keeper)

    assert seen.failure is Failure.SESSION_EXPIRED
    assert keeper.forgotten == [("ihio-house", keeper.token_text)]
    assert len(keeper.asked) == len(insurer.heard) == 1


async def test_a_401_on_a_step_without_the_token_says_nothing_about_the_token():
    keeper = Keeper()
    async with serving(answers(b"", "401 No")) as port:
        bare = await look(chain([get(port)]), keeper)
        with_it = await look(
            chain([get(port, headers={"Authorization": "Bearer {{ token }}"})]), keeper
        )

    assert bare.failure is with_it.failure is Failure.HTTP_401
    assert (len(keeper.asked), keeper.forgotten) == (1, [("ihio-house", keeper.token_text)])


@pytest.mark.parametrize(
    "failure", [Failure.TOKEN_WITHHELD, Failure.CONNECT_TIMEOUT, Failure.CREDENTIALS_REFUSED]
)
async def test_a_login_that_fails_is_told_by_the_step_that_needed_it(failure):
    keeper = Keeper(error=TokenError(Sighting(Phase.CONNECT, failure, address="127.0.0.9")))
    async with serving(answers()) as port:
        spec = chain(
            [get(port, name="open"), get(port, name="inside", headers={"X": "{{ token }}"})]
        )
        seen = await look(spec, keeper)

    assert (seen.failure, seen.phase, seen.detail) == (failure, Phase.CONNECT, "login")
    assert [(step.name, step.sighting.failure) for step in seen.steps] == [
        ("open", None),
        ("inside", failure),
    ]


async def test_a_token_that_does_not_come_in_time_is_held_against_nobody():
    async with serving(answers()) as port:
        spec = chain([get(port, headers={"X": "{{ token }}"})])
        seen = await look(spec, Keeper(takes_s=60), timeout_s=0.3)

    assert (seen.failure, seen.detail) == (Failure.NO_TOKEN, "login")
    assert seen.steps[0].duration_s == pytest.approx(0.3, abs=0.2)


async def test_the_time_of_a_login_is_not_the_steps_own():
    async with serving(answers()) as port:
        spec = chain([get(port, headers={"X": "{{ token }}"})])
        seen = await look(spec, Keeper(takes_s=0.3))

    assert seen.failure is None
    assert seen.steps[0].begun_s >= 0.3
    assert seen.steps[0].duration_s < 0.3


async def test_a_login_that_leaves_too_little_time_does_not_blame_the_steps_host():
    async with serving(hang_after_hello) as port:
        spec = chain([get(port, headers={"X": "{{ token }}"})])
        seen = await look(spec, Keeper(takes_s=0.4), timeout_s=0.6)

    assert (seen.failure, seen.detail) == (Failure.NO_TOKEN, "login")


@pytest.mark.parametrize("credential", [None, "ihio-house"])
async def test_where_nobody_holds_our_credentials_it_is_our_own_lack(credential):
    spec = chain(ihio_steps(closed_port()), credential=credential)

    seen = await look(spec, None if credential else Keeper())

    assert (seen.failure, seen.phase, len(seen.steps)) == (Failure.NO_TOKEN, Phase.START, 1)


async def test_a_value_that_was_not_in_the_answer_is_missed_where_it_should_have_been():
    async def forgets(_request):
        return web.json_response({"resCode": 1, "info": {}})

    async with app_at(forgets) as port:
        seen = await look(chain(ihio_steps(port)), Keeper())

    assert (seen.failure, seen.phase) == (Failure.VALUE_MISSING, Phase.EXPECT)
    assert (seen.detail, len(seen.steps)) == ("no doctor in the answer", 1)


async def test_a_name_nobody_set_is_missed_before_anything_is_sent():
    async with app_at(Ihio().answer) as port:
        seen = await look(chain(ihio_steps(port), values={}), Keeper())

    assert (seen.failure, seen.phase) == (Failure.VALUE_MISSING, Phase.START)
    assert (seen.detail, seen.address) == ("nobody set user", None)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/erx-core/v3/prescription/save"),
        ("GET", "/erx-core/v3/samad/electronic/generate"),
        ("POST", "/erx-core/v3/auth/%2e%2e/prescription%2fsave"),
        ("POST", "/erx-core/v3/{{ way }}/x"),
        ("POST", "/not/on/the/list"),
        ("PUT", "/erx-core/v3/auth/x"),
    ],
)
async def test_what_could_register_something_is_never_sent(method, path):
    insurer = Ihio()
    async with app_at(insurer.answer) as port:
        spec = chain([get(port, path, method=method)], values={"way": "../prescription/save"})
        seen = await look(spec)

    assert (seen.failure, seen.phase) == (Failure.WRITE_REFUSED, Phase.START)
    assert insurer.heard == []


async def test_a_redirect_does_not_lead_to_what_could_register_something():
    heard = []

    async def sends_on(request):
        heard.append(request.path)
        raise web.HTTPTemporaryRedirect("/erx-core/v3/prescription/./save")

    async with app_at(sends_on) as port:
        spec = chain([get(port, "/erx-core/v3/auth/x", method="POST", body=b"{}", redirects=3)])
        seen = await look(spec)

    assert seen.failure is Failure.WRITE_REFUSED
    assert heard == ["/erx-core/v3/auth/x"]


async def test_steps_may_belong_to_different_hosts():
    async with (
        serving(answers(b"", "200 OK", "X-Session: abc")) as account,
        app_at(Ihio().answer) as insurer,
    ):
        first = get(account, name="account", take=[Take("user", header="X-Session")])
        seen = await look(chain([first, *ihio_steps(insurer)], values=VALUES), Keeper())

    assert seen.failure is None
    assert [step.name for step in seen.steps] == ["account", "doctor", "citizen", "order", "fetch"]


async def test_a_step_has_its_own_patience_within_that_of_the_look():
    async with serving(hang_after_hello) as port:
        short = await look(chain([get(port, timeout_s=0.2)]), timeout_s=5.0)
        whole = await look(chain([get(port, timeout_s=5.0)]), timeout_s=0.2)

    assert short.failure is whole.failure is Failure.WAIT_TIMEOUT
    assert short.steps[0].duration_s < 1.0
    assert whole.steps[0].duration_s < 1.0


async def test_a_step_that_takes_all_the_time_is_told_itself_and_not_the_one_after_it():
    async def late(_request):
        await asyncio.sleep(0.97)
        return web.Response()

    async with app_at(late) as slow, serving(answers()) as quick:
        seen = await look(chain([get(slow, name="slow"), get(quick, name="quick")]), timeout_s=1.0)

    assert (seen.failure, [step.name for step in seen.steps]) == (Failure.WAIT_TIMEOUT, ["slow"])


ENVELOPE = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body>
</s:Envelope>"""
NAMES = {"s": "http://schemas.xmlsoap.org/soap/envelope/", "r": "urn:rx"}


class Soap:
    """A provider that speaks SOAP: opens a session, then answers a question in it."""

    def __init__(self, session="<&>\"'") -> None:
        self.session = session
        self.asked: list[str] = []

    async def answer(self, request):
        text = await request.text()
        self.asked.append(text)
        if "<Open/>" in text:
            safe = self.session.replace("&", "&amp;").replace("<", "&lt;")
            body = f'<x:Session xmlns:x="urn:rx">{safe}</x:Session>'
        elif "&lt;&amp;&gt;" in text:
            body = '<x:Rights xmlns:x="urn:rx" covered="true"/>'
        else:
            body = "<s:Fault><faultcode>s:Client</faultcode></s:Fault>"
        return web.Response(text=ENVELOPE.format(body), content_type="text/xml")


def soap_steps(port):
    def step(name, body, expect, *take):
        url = f"http://127.0.0.1:{port}/service"
        headers = {"SOAPAction": f'"urn:rx#{name}"'}
        request = HttpSpec(url, "POST", headers, ENVELOPE.format(body).encode(), expect)
        return StepSpec(name, name, request, "xml", take)

    codes = CodeMap(
        "//faultcode | //@covered",
        {"true": CodeClass.OK, "s:Client": CodeClass.SESSION},
        language="xml",
    )
    no_fault = Expect(xml=(XmlExpectation("//s:Fault", exists=False, namespaces=NAMES),))
    return (
        step("Open", "<Open/>", no_fault, Take("session", xml="//r:Session", namespaces=NAMES)),
        step("Rights", "<Rights session='{{ session }}'/>", Expect(codes=codes)),
    )


@pytest.mark.parametrize(
    ("session", "failure", "code"),
    [("<&>\"'", None, "true"), ("gone", Failure.SESSION_EXPIRED, "s:Client")],
)
async def test_soap_is_spoken_with_values_from_xml_to_xml(session, failure, code):
    provider = Soap(session)
    async with app_at(provider.answer) as port:
        seen = await look(chain(soap_steps(port), reads=("^/service$",)))

    assert (seen.failure, seen.code, len(seen.steps)) == (failure, code, 2)
    assert len(provider.asked) == 2


async def test_social_securitys_three_hosts_are_asked_in_turn():
    async def account(request):
        form = await request.post()
        given = form["refresh_token"]
        return web.json_response({"access_token": f"for {given}", "expires_in": 3600})

    async def service(request):
        if request.headers["Authorization"] != "Bearer for r&f+1/=":
            return web.json_response({"status": 401, "family": "CLIENT_ERROR"}, status=401)
        data = {"hasHealthDeserve": request.path.endswith("/siam-1/doc 1/0012345679")}
        return web.json_response({"status": 200, "family": "SUCCESSFUL", "data": data})

    async with app_at(account) as login, app_at(service) as soa:
        codes = CodeMap("to_string(status)", {"200": CodeClass.OK, "500": CodeClass.UPSTREAM})
        covered = Expect(codes=codes, json=(JsonExpectation("data.hasHealthDeserve", (True,)),))
        bearer = {"Authorization": "Bearer {{ access }}"}
        path = "/interface/epresc/patient/v2/deserve-info/siam-1/{{ doctor }}/{{ patient }}"
        token = StepSpec(
            "token",
            "token",
            HttpSpec(
                f"http://127.0.0.1:{login}/auth/server/token",
                "POST",
                {"Content-Type": "application/x-www-form-urlencoded"},
                b"grant_type=refresh_token&refresh_token=%7B%7B+refresh+%7D%7D",
            ),
            "form",
            (Take("access", json="access_token"),),
        )
        values = {"refresh": "r&f+1/=", "doctor": "doc 1", "patient": "0012345679"}
        rights = get(soa, path, headers=bearer, expect=covered)
        spec = chain([token, rights], values=values, reads=("^/auth/server/token$",))
        seen = await look(spec)

    assert (seen.failure, seen.code) == (None, "200")


async def test_nothing_the_other_side_says_reaches_what_is_told():
    secret = "s3cret-of-a-patient"

    async def chatty(_request):
        body = json.dumps({"resCode": secret * 9, "info": {"sessionId": [secret]}, "m": secret})
        return web.Response(text=body, reason=secret, headers={"X-Secret": secret})

    async with app_at(chatty) as port:
        steps = ihio_steps(port)
        lax = replace(steps[0], request=replace(steps[0].request, expect=Expect()))
        for first in (steps[0], lax):
            seen = await look(chain([first, *steps[1:]]), Keeper(token_text=secret))
            assert seen.failure in (Failure.JSON_MISMATCH, Failure.VALUE_MISSING)
            assert secret not in repr(seen)


async def test_a_ca_file_that_cannot_be_read_is_our_mistake():
    with pytest.raises(OSError, match="nowhere"):
        await look(chain(ihio_steps(1, "/nowhere/ca.pem")), Keeper())
