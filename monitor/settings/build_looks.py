"""A check's model becomes a check with the specification of its probe."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from monitor.model import Check
from probes.spec import (
    CodeMap,
    DnsSpec,
    Expect,
    HttpSpec,
    JsonExpectation,
    TcpSpec,
    TlsSpec,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from monitor.model import ProbeSpec
    from monitor.settings.models import CheckModel
    from monitor.settings.models_looks import ExpectModel, HttpModel


def check_of(item: CheckModel, vantages: tuple[str, ...], folder: Path) -> Check:
    """A check; `vantages` is what `all` stands for, files are relative to `folder`."""
    return Check(
        id=item.id,
        target=item.target,
        vantages=vantages if item.vantages == "all" else tuple(item.vantages),
        spec=_spec_of(item, folder),
        every_s=item.every,
        timeout_s=item.timeout,
        slow_after_s=item.slow_after,
    )


def _spec_of(item: CheckModel, folder: Path) -> ProbeSpec:
    if item.http is not None:
        return _http_of(item.http, folder)
    if item.tcp is not None:
        return TcpSpec(host=item.tcp.host, port=item.tcp.port)
    if item.tls is not None:
        tls = item.tls
        return TlsSpec(tls.host, tls.port, tls.server_name, _file(tls.ca_file, folder))
    if item.dns is not None:
        dns = item.dns
        return DnsSpec(dns.name, dns.type, tuple(dns.one_of), dns.server)
    raise AssertionError(item.id)  # `cross_looks` lets only checks with one way to look through


def _http_of(item: HttpModel, folder: Path) -> HttpSpec:
    body, kind = _body_of(item)
    headers = dict(item.headers)
    if kind is not None and "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = kind
    return HttpSpec(
        url=item.url,
        method=item.method,
        headers=headers,
        body=body,
        expect=_expect_of(item.expect),
        ca_file=_file(item.ca_file, folder),
        redirects=item.redirects,
        redirect_hosts=tuple(item.redirect_hosts),
    )


def _body_of(item: HttpModel) -> tuple[bytes | None, str | None]:
    if "json_" in item.model_fields_set:
        text = json.dumps(item.json_, ensure_ascii=False, separators=(",", ":"))
        return text.encode(), "application/json"
    if item.form is not None:
        pairs = item.form.items() if isinstance(item.form, dict) else item.form
        return urlencode([(name, text) for name, text in pairs]).encode(), _FORM
    if item.body is not None:
        return item.body.encode(), "text/plain; charset=utf-8"
    return None, None


_FORM = "application/x-www-form-urlencoded"


def _expect_of(item: ExpectModel) -> Expect:
    codes = item.codes
    headers: Mapping[str, str] = item.headers
    return Expect(
        status=tuple(item.status),
        headers=headers,
        json=tuple(
            JsonExpectation(part.path, tuple(part.one_of), part.exists) for part in item.json_
        ),
        contains=tuple(item.contains),
        lacks=tuple(item.lacks),
        codes=None
        if codes is None
        else CodeMap(codes.path, tuple(codes.ok), tuple(codes.upstream), tuple(codes.credentials)),
    )


def _file(name: str | None, folder: Path) -> str | None:
    return None if name is None else str(folder / name)
