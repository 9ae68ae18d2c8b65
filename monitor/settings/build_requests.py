"""An HTTP request's model becomes its specification."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from monitor.model import CodeClass
from monitor.settings.models_http import HttpModel, ProviderCodesModel
from probes.spec import CodeMap, Expect, HttpSpec, JsonExpectation, XmlExpectation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Literal

    from monitor.model import Provider
    from monitor.settings.models_http import CodesModel, ExpectModel, RequestModel

    BodyKind = Literal["json", "form", "xml", "text"]

_TYPES: Mapping[BodyKind, str] = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "xml": "text/xml; charset=utf-8",
    "text": "text/plain; charset=utf-8",
}


def request_of(
    item: RequestModel,
    folder: Path,
    providers: Mapping[str, Provider],
    *,
    provider: str | None = None,
) -> HttpSpec:
    """A request.

    Args:
        item: A good model.
        folder: What files are relative to.
        providers: By id; those the model names are among them.
        provider: Whose codes are expected where the model names none and the answer has a body.
    """
    kind, body = body_of(item)
    headers = dict(item.headers)
    if kind is not None and "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = _TYPES[kind]
    spec = HttpSpec(
        url=item.url,
        method=item.method,
        headers=headers,
        body=body,
        expect=_expect_of(item.expect, providers, None if item.method == "HEAD" else provider),
        ca_file=file_of(item.ca_file, folder),
        redirects=item.redirects,
        redirect_hosts=tuple(item.redirect_hosts),
        address=item.address,
        family=item.family,
    )
    if isinstance(item, HttpModel):
        return replace(spec, client=item.client, version=item.version)
    return spec


def body_of(item: RequestModel) -> tuple[BodyKind | None, bytes | None]:
    """The kind of a request's body, and its bytes."""
    if "json_" in item.model_fields_set:
        text = json.dumps(item.json_, ensure_ascii=False, separators=(",", ":"))
        return "json", text.encode()
    if item.form is not None:
        pairs = item.form.items() if isinstance(item.form, dict) else item.form
        return "form", urlencode([(name, text) for name, text in pairs]).encode()
    if item.xml is not None:
        return "xml", item.xml.encode()
    if item.body is not None:
        return "text", item.body.encode()
    return None, None


def codes_provider(item: RequestModel) -> str | None:
    """The provider whose codes a request names itself."""
    codes = item.expect.codes
    return codes.provider if isinstance(codes, ProviderCodesModel) else None


def map_of(provider: Provider) -> CodeMap:
    """A provider's codes, for a probe."""
    return CodeMap(
        path=provider.code_path,
        classes={one.code: one.meaning for one in provider.meanings if one.code is not None},
        message_path=provider.message_path,
        phrases=tuple(
            (one.phrase, one.meaning) for one in provider.meanings if one.phrase is not None
        ),
    )


def file_of(name: str | None, folder: Path) -> str | None:
    """Where a file that the configuration names is."""
    return None if name is None else str(folder / name)


def _expect_of(
    item: ExpectModel, providers: Mapping[str, Provider], provider: str | None
) -> Expect:
    match item.codes:
        case None:
            codes = None if provider is None else map_of(providers[provider])
        case ProviderCodesModel():
            codes = map_of(providers[item.codes.provider])
        case _:
            codes = CodeMap(
                item.codes.path,
                _classes_of(item.codes),
                language=item.codes.language,
                namespaces=item.codes.namespaces,
            )
    return Expect(
        status=tuple(item.status),
        headers=item.headers,
        json=tuple(
            JsonExpectation(part.path, tuple(part.one_of), part.exists) for part in item.json_
        ),
        xml=tuple(
            XmlExpectation(part.path, tuple(part.one_of), part.exists, part.namespaces)
            for part in item.xml
        ),
        contains=tuple(item.contains),
        lacks=tuple(item.lacks),
        codes=codes,
    )


def _classes_of(codes: CodesModel) -> Mapping[str, CodeClass]:
    lists = (
        (codes.credentials, CodeClass.OURS),
        (codes.upstream, CodeClass.UPSTREAM),
        (codes.ok, CodeClass.OK),
    )
    return {code: meaning for listed, meaning in lists for code in listed}
