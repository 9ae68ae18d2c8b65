"""What a panel shows its doctors about one service, in `/api/v1/state` (docs/platform.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.core.compose import PageState, standing_advice, state_of

if TYPE_CHECKING:
    from monitor.core.compose import PageModel, ServiceLine
    from monitor.model import Incident, World
    from monitor.wording import Wording


def banners(world: World, wording: Wording, model: PageModel) -> dict[str, Any]:
    """Return a banner per service, and for how long they may be relied on.

    A banner names nobody whom the page would not name. Where nothing is wrong with a service, its
    sentence and its advice are empty: there is nothing to show.

    Args:
        world: What is declared.
        wording: The words of every language.
        model: The facts of the page at this moment.
    """
    return {
        "banners": {line.service: _banner(world, wording, model, line) for line in model.services},
        "age_s": model.last_look_age_s,  # of the newest look; None: there was none
        "valid_for_s": (model.valid_until - model.now).total_seconds(),
    }


def _banner(world: World, wording: Wording, model: PageModel, line: ServiceLine) -> dict[str, Any]:
    blind = model.state is PageState.BLIND and model.head is None and not model.troubled
    incident = None if blind else _about(model, line.service)
    if incident is not None:
        state, advice = state_of(incident), standing_advice(world, incident, model.now).page
    else:
        state, advice = line.state, {}
    return {
        "state": state.value,
        "sentence": {
            language: _sentence(wording, model, line, incident, language)
            for language in world.languages
        },
        "advice": {language: list(advice.get(language, ())) for language in world.languages},
        "ref": incident.ref if incident is not None else None,
        "since": incident.onset_at.isoformat() if incident is not None else None,
    }


def _about(model: PageModel, service: str) -> Incident | None:
    """The open public incident that concerns a service: its own before one about all."""
    own = (i for i in model.open if i.verdict.service == service)
    about_all = (i for i in model.open if i.verdict.service is None)
    return next(own, None) or next(about_all, None)


def _sentence(
    wording: Wording,
    model: PageModel,
    line: ServiceLine,
    incident: Incident | None,
    language: str,
) -> str:
    if incident is not None:
        return wording.standing(incident, language, platform_fine=model.platform_fine)
    voice = wording.voice(language)
    match line.state:
        case PageState.FINE:
            return ""
        case PageState.BLIND:
            return voice.words.text("blind_one", name=voice.service(line.service))
        case PageState.WORKS:
            return voice.words.text("works", services=voice.services([line.service]))
        case _:
            return voice.words.text("noticed", services=voice.services([line.service]))
