"""How a document is read, and how a refusal is told: one sentence, counted, without effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import structlog
from aiohttp import web
from pydantic import BaseModel, ValidationError

from monitor.console.limits import RefusedError
from monitor.model import RequestRefusal
from monitor.ports import StoreError
from monitor.wire.messages import VERSIONS, Batch, place_of, speaks_otherwise, too_many_looks

if TYPE_CHECKING:
    from collections import Counter

    from aiohttp.typedefs import Handler, Middleware

log = structlog.get_logger(__name__)

AGAIN_S = 5  # after which an agent may try again when our store fails

M = TypeVar("M", bound=BaseModel)


def answering(refusals: Counter[RequestRefusal]) -> Middleware:
    """A middleware that answers every refusal, counts it in `refusals`, and ends the connection."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except RefusedError as error:
            refusal = error
        except StoreError:
            refusal = RefusedError(
                503, RequestRefusal.STORE, "the core cannot store at present: try again"
            )
        except web.HTTPException as error:
            refusal = RefusedError(
                error.status, RequestRefusal.UNREADABLE, "there is nothing of this kind here"
            )
        except Exception as error:  # noqa: BLE001 - a bug of ours must not look like the agent's
            log.error("console_failed", error=type(error).__name__)  # noqa: TRY400 - a trace could quote the agent
            refusal = RefusedError(500, RequestRefusal.BUG, "the core has an error: try again")
        refusals[refusal.reason] += 1
        said = web.json_response({"error": str(refusal), **refusal.more}, status=refusal.status)
        if refusal.status in (429, 503):
            said.headers["Retry-After"] = str(AGAIN_S)
        said.force_close()
        return said

    return answer


def read(model: type[M], body: bytes) -> M:
    """Read a document of the wire.

    Raises:
        RefusedError: it does not fit; the sentence names place and kind, nothing of its content.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        if model is Batch and speaks_otherwise(body):
            raise other_version() from None
        if too_many_looks(error):
            raise RefusedError(
                413, RequestRefusal.TOO_LARGE, "too many looks in one batch"
            ) from None
        raise RefusedError(
            400, RequestRefusal.UNREADABLE, f"the document does not fit: {place_of(error)}"
        ) from None


def other_version() -> RefusedError:
    """The refusal of a version that is not spoken here."""
    return RefusedError(
        426, RequestRefusal.VERSION, "another version is spoken here", speaks=list(VERSIONS)
    )
