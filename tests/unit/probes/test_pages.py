"""A page where an answer was expected is named after what it is, and only if that is sure."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import CodeClass, Failure
from probes.expect import Answer, judge
from probes.pages import page_kind
from probes.spec import CodeMap, Expect, JsonExpectation, XmlExpectation

CODES = CodeMap("code", {"1": CodeClass.OK})
LOGIN = """<!DOCTYPE html><html dir="rtl"><head><title>ورود به سامانه</title></head><body>
<form method="post"><input name="username"><input type="password" name="p"></form></body></html>"""
SSO = """<html><head><meta http-equiv="refresh" content="0;url=https://sso.insurer.test/cas/login">
</head><body></body></html>"""
SSO_SCRIPT = """<html><script>window.location.href = "/oauth2/authorize?client_id=x";</script>
<body>در حال انتقال</body></html>"""
SAML = """<html><body onload="document.forms[0].submit()"><form method="POST" action="https://idp/">
<input type="hidden" name="SAMLRequest" value="x"></form></body></html>"""
CAPTCHA = """<html><body>لطفاً ثابت کنید ربات نیستید
<img src="/captcha/image?x=1"><input name="code"></body></html>"""
TURNSTILE = """<!doctype html><title>Just a moment...</title>
<script>window._cf_chl_opt={cvId:'3'}</script><noscript>Enable JavaScript</noscript>"""
LOGIN_WITH_CAPTCHA = LOGIN.replace("</form>", '<img src="/captcha.png"></form>')
F5 = """<html><head><title>Request Rejected</title></head><body>The requested URL was rejected.
Please consult with your administrator.<br>Your support ID is: 1234567890</body></html>"""
AKAMAI = """<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>
You don't have permission to access this page.<P>Reference&#32;&#35;18&#46;2d351ab8</BODY></HTML>"""
CLOUDFLARE = """<!DOCTYPE html><title>Attention Required! | Cloudflare</title>
<h1>Sorry, you have been blocked</h1><p>Cloudflare Ray ID: <strong>8aa</strong></p>"""
PERSIAN_WAF = "<html><body><h1>حمله شناسايی شد</h1></body></html>"  # with an Arabic letter
DOMESTIC_WAF = "<html><body>درخواست شما مسدود شد. شناسه پیگیری: ۱۲۳۴</body></html>"
MAINTENANCE = """<html><head><title>سامانه</title></head><body>
سامانه در حال به‌روز‌رسانی می‌باشد، لطفا شکیبا باشید.</body></html>"""
MAINTENANCE_EN = "<html><body><h1>We'll be back soon!</h1>Down for maintenance.</body></html>"
MAINTENANCE_WITH_A_DOOR = LOGIN.replace("ورود به سامانه", "سامانه در دست تعمیر است")
MAINTENANCE_BECAUSE = """<html><body>سامانه به دلیل بروزرسانی موقتاً در دسترس نیست.</body></html>"""
XHTML = f"""<?xml version="1.0"?>\n{LOGIN.replace("<!DOCTYPE html>", "")}"""

PAGES = {
    Failure.LOGIN_PAGE: (LOGIN, SSO, SSO_SCRIPT, SAML, LOGIN_WITH_CAPTCHA, XHTML),
    Failure.CAPTCHA_PAGE: (CAPTCHA, TURNSTILE),
    Failure.BLOCK_PAGE: (F5, AKAMAI, CLOUDFLARE, PERSIAN_WAF, DOMESTIC_WAF),
    Failure.MAINTENANCE_PAGE: (
        MAINTENANCE,
        MAINTENANCE_EN,
        MAINTENANCE_WITH_A_DOOR,
        MAINTENANCE_BECAUSE,
    ),
}
KNOWN = [(kind, text) for kind, texts in PAGES.items() for text in texts]
EXPECTATIONS = {
    "json": (Expect(json=(JsonExpectation("ok"),)), Failure.JSON_UNREADABLE),
    "code": (Expect(codes=CODES), Failure.JSON_UNREADABLE),
    "xml": (Expect(xml=(XmlExpectation("//ok"),)), None),  # some pages are well-formed XML
    "text": (Expect(contains=("نسخه پزشک",)), Failure.TEXT_MISMATCH),
    "header": (Expect(headers={"content-type": "json"}), Failure.HEADER_MISMATCH),
}

GLOSSARY = """<html><head><title>Glossary</title></head><body><form action="/search"><input name=q>
</form><dl><dt>login</dt><dd>where you give your password, sometimes with a captcha</dd>
<dt>Access Denied</dt><dd>what a firewall says</dd><dt>maintenance</dt>
<dd>work on a system; "under repair"</dd><dt>ورود</dt><dt>رمز عبور</dt><dt>کد امنیتی</dt></dl>"""
LONG = "<p>" + "دربارهٔ خدمات بیمه و نسخهٔ الکترونیک. " * 80 + "</p>"
INNOCENT = {
    "a glossary": GLOSSARY,
    "news of yesterday's work": f"<html><body>{LONG}<p>سامانه دیروز در دست تعمیر بود.</p>",
    "an article on firewalls": f"<html><body>{LONG}Request blocked, support ID: 12. You have been "
    "blocked. حمله شناسایی شد</body>",
    "a change of password": "<html><title>رمز</title><input type=password name=new></html>",
    "a contact form with a captcha": f'<html><body>{LONG}<div class="g-recaptcha"></div></body>',
    "a link to the login": '<html><body><a href="/login">ورود</a> خوش آمدید</body></html>',
    "an article on forwarding": f"<html>{LONG}<script>location.href='/login'</script></html>",
    "a plain refusal": "<html><title>Access Denied</title><h1>Access Denied</h1></html>",
    "a plain error": "<html><h1>500 Internal Server Error</h1></html>",
    "words in a script": "<html><script>var t='Request blocked, support ID';</script>hi</html>",
}


def html(text, status=200):
    return Answer(status, {"content-type": "text/html; charset=utf-8"}, text.encode(), "utf-8")


@pytest.mark.parametrize(("kind", "text"), KNOWN)
@pytest.mark.parametrize("expected", EXPECTATIONS)
def test_a_wrong_page_is_named_whatever_was_expected(kind, text, expected):
    opinion = judge(EXPECTATIONS[expected][0], html(text))

    assert (opinion.failure, opinion.detail) == (kind, "")


@pytest.mark.parametrize("name", INNOCENT)
def test_a_page_that_only_talks_of_such_things_is_not_taken_for_one(name):
    assert page_kind(INNOCENT[name]) is None


@pytest.mark.parametrize("expected", ["json", "code", "text", "header"])
@pytest.mark.parametrize("name", INNOCENT)
def test_any_other_page_is_what_was_not_expected(name, expected):
    expect, failure = EXPECTATIONS[expected]

    assert judge(expect, html(INNOCENT[name])).failure is failure


@pytest.mark.parametrize("text", [text for _, text in KNOWN])
def test_where_a_page_is_what_was_expected_nothing_is_wrong_with_it(text):
    assert judge(Expect(), html(text)).failure is None


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (202, Failure.MAINTENANCE_PAGE),
        (503, Failure.MAINTENANCE_PAGE),
        (500, Failure.HTTP_5XX),
        (502, Failure.HTTP_5XX),
        (404, Failure.HTTP_4XX),
        (403, Failure.HTTP_403),
        (401, Failure.HTTP_401),
        (429, Failure.HTTP_429),
        (302, Failure.HTTP_UNEXPECTED_STATUS),
    ],
)
def test_a_status_that_says_enough_keeps_its_name(status, failure):
    assert judge(Expect(codes=CODES), html(MAINTENANCE, status)).failure is failure


def test_a_page_is_known_by_what_it_is_where_its_label_is_wrong():
    answer = Answer(200, {"content-type": "application/json"}, f"<!-- x -->\n{LOGIN}".encode())

    assert judge(Expect(codes=CODES), answer).failure is Failure.LOGIN_PAGE


def test_json_that_quotes_a_page_is_no_page():
    answer = Answer(200, {}, b'{"code": 7, "html": "<html><input type=password name=user>"}')

    assert judge(Expect(codes=CODES), answer).failure is Failure.APPLICATION_REJECTED


ENDLESS = {
    "tags": "<a>",
    "inputs": "<input ",
    "names": "<input " + "name=" * 90 + ">",
    "sources": "<img " + "id=src=" * 60 + ">",
    "comments": "<!---->",
    "open comments": "<!--",
    "scripts": "<script>",
    "titles": "<title",
    "places": "location='",
    "classes": 'class="g ',
    "letters": "الف ",
    "spaces": " ",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_no_page_holds_up_the_rest(name):
    piece = ENDLESS[name]
    answer = html("<html><input name" + piece * (250_000 // len(piece.encode())))
    best_s = 1.0
    for _ in range(5):
        begun = time.thread_time()
        judge(Expect(codes=CODES), answer)
        best_s = min(best_s, time.thread_time() - begun)

    assert best_s < 0.05


@given(st.lists(st.sampled_from([*ENDLESS.values(), *(text for _, text in KNOWN)]), max_size=6))
def test_no_page_makes_it_raise(pieces):
    assert judge(Expect(codes=CODES), html("<html>" + "".join(pieces))).failure is not None
