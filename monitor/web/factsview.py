"""What the looks of an incident carry, as words in one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from probes.secretlike import UNLISTED

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.core.lookfacts import CodeRow, LateRow, LookFacts, StepRow
    from monitor.wording import Voice


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One code; without its letters where they could be somebody's secret or number."""

    code: str  # empty: hidden
    sentence: str
    facts: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a transaction, in the operator's words, with the median of each phase."""

    target: str
    step: str
    at_login: bool
    count: str
    times: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactsView:
    """Everything; a sentence that would say nothing is empty."""

    codes: tuple[CodeLine, ...]
    codes_left: str
    steps: tuple[StepLine, ...]
    steps_left: str
    late: tuple[str, ...]
    voids: tuple[tuple[str, str, str], ...]  # reason, count, places


def facts_view(voice: Voice, facts: LookFacts, *, onset_at: datetime) -> FactsView:
    """Put the facts into words.

    Args:
        voice: The language.
        facts: The facts.
        onset_at: The day of the report; times of other days are told with their date.
    """
    number = voice.figures.number
    return FactsView(
        codes=tuple(_code(voice, row) for row in facts.codes),
        codes_left=_left(voice, facts.codes_left),
        steps=tuple(_step(voice, row) for row in facts.steps),
        steps_left=_left(voice, facts.steps_left),
        late=tuple(_late(voice, row, onset_at) for row in facts.late),
        voids=tuple(
            (
                voice.words.text(f"void.{row.void.value}"),
                number(row.count),
                voice.vantages(row.vantages),
            )
            for row in facts.voids
        ),
    )


def _code(voice: Voice, row: CodeRow) -> CodeLine:
    say = voice.words.text
    if row.says:
        sentence = voice.say(row.says)
    else:
        name = voice.say(voice.world.providers[row.provider].name)
        sentence = say("report.code_by_words", provider=name)
    return CodeLine(
        code="" if row.code == UNLISTED else row.code,
        sentence=sentence,
        facts=say(
            "report.code_facts",
            meaning=say(f"report.code_class.{row.meaning.value}"),
            times=say(f"report.times.{_form(row.count)}", count=voice.figures.number(row.count)),
            vantages=voice.vantages(row.vantages),
        ),
    )


def _step(voice: Voice, row: StepRow) -> StepLine:
    took = row.medians
    return StepLine(
        target=row.target,
        step=row.step,
        at_login=row.at_login,
        count=voice.figures.number(row.count),
        times=tuple(
            voice.words.text("report.no_time")
            if seconds is None
            else voice.figures.number(round(seconds * 1000))
            for seconds in (took.dns_s, took.connect_s, took.tls_s, took.wait_s, took.transfer_s)
        ),
    )


def _late(voice: Voice, row: LateRow, onset_at: datetime) -> str:
    return voice.words.text(
        f"report.late.{_form(row.count)}",
        count=voice.figures.number(row.count),
        vantage=voice.vantages((row.vantage,)),
        when=_moment(voice, row.last_at, onset_at),
    )


def _moment(voice: Voice, at: datetime, onset_at: datetime) -> str:
    date, clock = voice.figures.date(at), voice.figures.clock(at)
    if date == voice.figures.date(onset_at):
        return voice.words.text("report.at", clock=clock)
    return voice.words.text("report.at_day", date=date, clock=clock)


def _left(voice: Voice, count: int) -> str:
    return voice.words.text("report.left", count=voice.figures.number(count)) if count else ""


def _form(count: int) -> str:
    return "one" if count == 1 else "other"
