"""An upstream's interface is another than it was, and single operations that fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.inference.evidence import Outcome as O  # noqa: N817 - a table reads better so
from monitor.scenarios import truths
from monitor.scenarios.mechanisms.upstreams import LATE, NO_DATABASE, NO_WORKERS, SITE_LOST
from monitor.scenarios.registry import has_operations, mechanism
from monitor.scenarios.scene import Plot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.scenarios.scene import Scene

FIELD = {O.CONTENT_MISMATCH: 0.9, O.HTTP_4XX: 0.1}
GONE = {O.HTTP_4XX: 0.92, O.CONTENT_MISMATCH: 0.08}
HTML = {O.CONTENT_MISMATCH: 0.8, O.HTTP_4XX: 0.15, O.REJECTED: 0.05}
_SHAPE = (O.CONTENT_MISMATCH, O.HTTP_4XX)


def _changed(name: str, shares: Mapping[O, float], why: str) -> None:
    def plot(scene: Scene) -> Plot:
        up = scene.upstream()
        broken = scene.fails(f"work:{up}", shares)
        clear = scene.shows(broken.row, *_SHAPE)
        return Plot((broken,), (truths.contract(scene.layout, up, clear),))

    plot.__doc__ = why
    mechanism(name)(plot)


_changed("contract.new_field", FIELD, "A field is called otherwise; the answer is well-formed.")
_changed("contract.path_gone", GONE, "The path moved: 404, or 410.")
_changed("contract.another_page", HTML, "HTML where JSON was.")


def _one_operation(
    name: str, shares: Mapping[O, float], why: str, part: str = "operation:{}"
) -> Callable[[Scene], Plot]:
    def plot(scene: Scene) -> Plot:
        up = scene.upstream()
        broken = scene.fails(part.format(scene.one(scene.works(up))), shares)
        if scene.shows(broken.row, *_SHAPE) > 0.5:  # noqa: PLR2004 - most of them
            clear = scene.shows(broken.row, *_SHAPE)
            return Plot((broken,), (truths.contract(scene.layout, up, clear),))
        return Plot((broken,), (truths.upstream(scene.layout, up),))

    plot.__doc__ = why
    return mechanism(name, has_operations)(plot)


_one_operation("operation.fails", NO_DATABASE, "One table is locked: one function fails.")
_one_operation("operation.hangs", NO_WORKERS, "One function never ends.")
_one_operation("operation.slow", LATE, "One function is late.")
_one_operation(
    "operation.rejects",
    {O.REJECTED: 0.95, O.CONTENT_MISMATCH: 0.05},
    "One function refuses what it always took.",
)
_one_operation("operation.host_lost", SITE_LOST, "One function has its own host, and that is gone.")
_one_operation("operation.changed", FIELD, "One function answers in another shape.")
