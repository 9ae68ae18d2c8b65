"""Hostile to the reader: right on the wire, and not what was asked for."""

from __future__ import annotations

import codecs

from monitor.model import Failure, Phase
from probes.spec import Expect, JsonExpectation, XmlExpectation
from tests.integration.probes.corpus import Case
from tests.integration.probes.world import answers, http

JSON = Expect(json=(JsonExpectation("ok"),))
XML = Expect(xml=(XmlExpectation("//ok"),))
TEXT = Expect(contains=("بیمه",))
KIB = 1024

LOGIN = """<!DOCTYPE html><title>ورود به سامانه</title><form action="/login" method="post">
<input name="username"><input type="password" name="password"></form>"""
CAPTCHA = """<!DOCTYPE html><title>Just a moment...</title><form id="challenge-form">
<div class="cf-turnstile"></div></form>"""
BLOCK = """<html><title>Request Rejected</title>The requested URL was rejected. Please consult with
your administrator. Your support ID is: 1234567890</html>"""
ATTACK = """<html><body><h1>حمله شناسایی شد</h1></body></html>"""
MAINTENANCE = """<!DOCTYPE html><h1>سامانه در حال به‌روزرسانی است</h1>"""


def said(name, failure, body, expect=JSON, kind="application/json") -> Case:
    wire = body.encode() if isinstance(body, str) else body
    return Case(
        name,
        failure,
        Phase.DONE if failure is None else Phase.EXPECT,
        answers(wire, "200 OK", f"Content-Type: {kind}"),
        spec=lambda place: http(place.port, expect=expect),
    )


def page(name, failure, body, status="200 OK") -> Case:
    return Case(
        name,
        failure,
        Phase.EXPECT,
        answers(body.encode(), status, "Content-Type: text/html; charset=utf-8"),
        spec=lambda place: http(place.port, expect=JSON),
    )


PAGES = [
    page("a login page", Failure.LOGIN_PAGE, LOGIN),
    page("a captcha", Failure.CAPTCHA_PAGE, CAPTCHA),
    page("a firewall's page", Failure.BLOCK_PAGE, BLOCK),
    page("a firewall's Persian page", Failure.BLOCK_PAGE, ATTACK),
    page("a maintenance page", Failure.MAINTENANCE_PAGE, MAINTENANCE),
    page("a maintenance page, honestly", Failure.MAINTENANCE_PAGE, MAINTENANCE, "503 Busy"),
    page("some page", Failure.JSON_UNREADABLE, "<!DOCTYPE html><h1>Welcome</h1>"),
    page("a page of nothing but tags", Failure.JSON_UNREADABLE, "<html>" + "<a>" * 80 * KIB),
    page("a page that never ends a tag", Failure.JSON_UNREADABLE, "<html>" + "<" * 200 * KIB),
]
READING = [
    said("nothing at all", Failure.EMPTY_ANSWER, ""),
    said("nothing but space", Failure.EMPTY_ANSWER, " \r\n" * 99),
    said("empty JSON", Failure.EMPTY_ANSWER, "{}"),
    said("half JSON", Failure.JSON_UNREADABLE, '{"ok":tr'),
    said("JSON and something behind it", Failure.JSON_UNREADABLE, '{"ok":true} x'),
    said("not a number", Failure.JSON_UNREADABLE, '{"ok":NaN}'),
    said("JSON 5,000 deep", Failure.JSON_UNREADABLE, "[" * 5000 + "]" * 5000),
    said("JSON deep and cut", Failure.JSON_UNREADABLE, '{"a":' * 40_000),
    said("a number of 200,000 digits", Failure.JSON_UNREADABLE, "9" * 200_000),
    said("a number beyond all floats", Failure.JSON_MISMATCH, '{"other":1e99999}'),
    said("a hundred thousand lists", Failure.JSON_UNREADABLE, "[" + "[]," * 85_000 + "1]"),
    said(
        "more values than can be searched",
        Failure.JSON_UNREADABLE,
        '{"items":[' + "1," * 128_000 + "1]}",
        Expect(json=(JsonExpectation("items[?status=='x'].code"),)),
    ),
    said("half a letter", Failure.JSON_UNREADABLE, b'{"ok":"\xd8'),
    said("JSON with a byte order mark", None, codecs.BOM_UTF8 + b'{"ok":true}'),
    said(
        "windows-1256 called UTF-8", Failure.TEXT_WRONG_CHARSET, "نسخه پزشک".encode("cp1256"), TEXT
    ),
    said("UTF-16 called nothing", Failure.TEXT_WRONG_CHARSET, '{"ok":true}'.encode("utf-16-le")),
    said(
        "a charset that is none",
        None,
        "بیمه",
        TEXT,
        "text/plain; charset=punycode",
    ),
    said(
        "a charset of 4 kB",
        None,
        "بیمه",
        TEXT,
        f"text/plain; charset={'x' * 4096}",
    ),
    said("half XML", Failure.XML_UNREADABLE, "<r><ok>", XML, "text/xml"),
    said("XML 40,000 deep", Failure.XML_UNREADABLE, "<a>" * 40_000, XML, "text/xml"),
    said(
        "XML that laughs",
        Failure.XML_UNREADABLE,
        '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><r>&b;</r>',
        XML,
        "text/xml",
    ),
    said(
        "XML that reads our files",
        Failure.XML_UNREADABLE,
        '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>',
        XML,
        "text/xml",
    ),
    Case(
        "no content, with content",
        Failure.HTTP_PROTOCOL,
        Phase.WAIT,
        answers(b'{"ok":true}', "204 No Content"),
        spec=lambda place: http(place.port, expect=JSON),
    ),
]

TRUTH = [*PAGES, *READING]
