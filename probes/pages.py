"""A page where an answer was expected: whose is it, and what does it want?

Recognised by their markup or by their maker's own wording; a page that only talks about logins,
captchas or maintenance has words, but neither the form nor the brevity.
"""

from __future__ import annotations

import re
from html import unescape

from monitor.model import Failure
from probes.letters import plain

_LOOKED_AT = 65_536  # characters; what a page is stands near its top
_BRIEF = 1_500  # letters a reader sees of a page that says one thing only

# Every repetition inside a tag is bounded: a hostile page must not make a search quadratic.
_HTML = re.compile(
    r"\s*(?:<\?xml\b[^<>]{0,200}>\s*)?(?:<!--(?:(?!-->).){0,500}-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HIDDEN = re.compile(r"<(/?)(?:script|style)\b[^<>]{0,500}>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_TITLE = re.compile(r"<(?:title|h1)\b[^<>]{0,200}>([^<]{0,300})", re.IGNORECASE)

_PASSWORD = re.compile(r"<input\b[^<>]{0,500}\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
_ACCOUNT = re.compile(
    r"<form\b[^<>]{0,500}(?:log-?in|sign-?in|auth|sso|cas)"
    r"|<input\b[^<>]{0,500}\b(?:name|id)\s*=\s*[\"']?"
    r"(?:user|login|email|mobile|national|j_username|codemelli)",
    re.IGNORECASE,
)
_LOGIN_TITLE = re.compile(r"ورود|log-?in|sign-?in|sso|احرازهویت")
_TO_LOGIN = re.compile(
    r"(?:http-equiv\s*=\s*[\"']?refresh\b[^<>]{0,300}"
    r"|\blocation(?:\.href)?\s*=\s*[\"'][^\"'<>]{0,300}"
    r"|\blocation\.(?:replace|assign)\(\s*[\"'][^\"'<>]{0,300})"
    r"\b(?:log-?in|sign-?in|sso|cas|oauth2?|authorize|saml2?)\b",
    re.IGNORECASE,
)
_SAML = re.compile(
    r"<input\b[^<>]{0,500}\bname\s*=\s*[\"']?SAML(?:Request|Response)\b", re.IGNORECASE
)

_CAPTCHA = re.compile(
    r"\bclass\s*=\s*[\"'][^\"'<>]{0,200}\b(?:g-recaptcha|h-captcha|cf-turnstile|arcaptcha)\b"
    r"|\bsrc\s*=\s*[\"'][^\"'<>]{0,200}"
    r"(?:/recaptcha/|hcaptcha\.com/|challenges\.cloudflare\.com|arcaptcha\.(?:ir|co)/)"
    r"|\b_cf_chl_opt\b|\bid\s*=\s*[\"']?challenge-form\b"
    r"|<(?:input|img)\b[^<>]{0,200}\b(?:name|id|src)\s*=\s*[\"']?[^\"'<>]{0,200}captcha",
    re.IGNORECASE,
)

# What a firewall calls a refusal, and what it gives for its own log; both, or one unmistakable.
_BLOCKED = tuple(
    plain(words)
    for words in (
        "Access Denied",
        "Request blocked",
        "Request rejected",
        "The requested URL was rejected",
        "You have been blocked",
        "Attention Required!",
        "Request unsuccessful",
        "Web Page Blocked",
        "Not Acceptable!",
        "This request has been blocked",
        "درخواست شما مسدود شد",
        "دسترسی شما مسدود شد",
        "دسترسی شما محدود شده است",
        "درخواست شما رد شد",
        "درخواست غیرمجاز",
    )
)
_CASE_NUMBER = re.compile(
    r"(?:support|reference|incident|event|request|ray|attack|block|transaction)"
    r"(?:id|number|no\.?|#)|reference#|mod_?security|شناسه(?:پیگیری|رویداد|درخواست|خطا)|کدپیگیری"
)
_UNMISTAKABLE = tuple(plain(words) for words in ("حمله شناسایی شد", "Incapsula incident ID"))

_WORKING = tuple(
    plain(words)
    for words in (
        *(
            f"{before} {work}"
            for before in ("در حال", "در دست", "به دلیل", "به علت", "جهت", "به منظور")
            for work in ("به‌روزرسانی", "بروزرسانی", "تعمیر")
        ),
        "در حال ارتقا",
        "در دست ارتقا",
        "تعمیرات",
        "تعمیر و نگهداری",
        "ارتقاء سامانه",
        "ارتقای سامانه",
        "under maintenance",
        "scheduled maintenance",
        "down for maintenance",
        "maintenance mode",
        "undergoing maintenance",
        "site maintenance",
        "be back soon",
        "be right back",
    )
)


def is_page(text: str, content_type: str) -> bool:
    """Whether a body is a page for people: by what it is, not only by what it says it is."""
    if _HTML.match(text[:2048]):
        return True
    return "html" in content_type.lower() and text.lstrip()[:1] == "<"


def page_kind(text: str) -> Failure | None:
    """What kind of wrong page this is.

    Args:
        text: A page that came where something else was expected.

    Returns:
        `captcha_page`, `block_page`, `login_page` or `maintenance_page`; None where it is none of
        them for sure. A login form with a captcha in it is a login form.
    """
    page = text[:_LOOKED_AT]
    seen = plain(unescape(_TAG.sub(" ", _visible(page))))
    brief = len(seen) <= _BRIEF
    asks_password = _PASSWORD.search(page) is not None
    if brief and not asks_password and _CAPTCHA.search(page):
        return Failure.CAPTCHA_PAGE
    if brief and _is_block(seen):
        return Failure.BLOCK_PAGE
    title = plain(unescape(" ".join(_TITLE.findall(page))))
    # Those who work on it often leave themselves a door, but they do not put it in the title.
    if brief and _says_working(title):
        return Failure.MAINTENANCE_PAGE
    if _is_login(page, title, asks_password=asks_password, brief=brief):
        return Failure.LOGIN_PAGE
    if brief and not asks_password and _says_working(seen):
        return Failure.MAINTENANCE_PAGE
    return None


def _visible(page: str) -> str:
    """The page without its scripts and styles."""
    first, *rest = _HIDDEN.split(page)
    return " ".join(
        [first, *(text for slash, text in zip(*[iter(rest)] * 2, strict=True) if slash)]
    )


def _is_block(seen: str) -> bool:
    if any(words in seen for words in _UNMISTAKABLE):
        return True
    return any(words in seen for words in _BLOCKED) and _CASE_NUMBER.search(seen) is not None


def _says_working(words: str) -> bool:
    return any(phrase in words for phrase in _WORKING)


def _is_login(page: str, title: str, *, asks_password: bool, brief: bool) -> bool:
    if asks_password:
        return _ACCOUNT.search(page) is not None or _LOGIN_TITLE.search(title) is not None
    return brief and (_TO_LOGIN.search(page) is not None or _SAML.search(page) is not None)
