"""Everything a reader reads: words from the catalogues, figures as the language writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.wording import grounds, headlines, messages
from monitor.wording.catalogue import Catalogue, WordingError, read
from monitor.wording.figures import Figures
from monitor.wording.limits import prove_messages_fit
from monitor.wording.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.model import Entry, Ground, Incident, MessageKind, Verdict, World

__all__ = ["Catalogue", "Figures", "Voice", "Wording", "WordingError"]


@dataclass(frozen=True, slots=True)
class Wording:
    """The languages of one declared world."""

    voices: Mapping[str, Voice]

    @classmethod
    def load(cls, world: World) -> Wording:
        """Read the words of every language the world speaks.

        Raises:
            WordingError: a language has no words, or some message could not fit two SMS parts
                with the declared names and advice.
        """
        voices = {}
        for language in world.languages:
            words = read(language)
            voices[language] = Voice(world, language, words, Figures(words, world.time_zone))
            prove_messages_fit(voices[language])
        return cls(voices)

    def voice(self, language: str) -> Voice:
        """Return one language; one the world does not speak is answered in its first."""
        return self.voices.get(language) or next(iter(self.voices.values()))

    def text(self, language: str, key: str, **values: str) -> str:
        """Fill in one sentence of the catalogue.

        Raises:
            WordingError: there is no such key, or a place would stay empty.
        """
        return self.voice(language).words.text(key, **values)

    def message(self, kind: MessageKind, incident: Incident, language: str) -> str:
        """Write the SMS about an incident: at most two parts, never a link."""
        return messages.message(self.voice(language), kind, incident)

    def headline(
        self,
        verdict: Verdict,
        language: str,
        *,
        platform_fine: bool | None = None,
        over: bool = False,
    ) -> str:
        """Say a verdict in one sentence, naming nobody its level does not allow to name."""
        return headlines.headline(
            self.voice(language), verdict, platform_fine=platform_fine, over=over
        )

    def standing(
        self, incident: Incident, language: str, *, platform_fine: bool | None = None
    ) -> str:
        """Say where an incident stands in one sentence."""
        return headlines.standing(self.voice(language), incident, platform_fine=platform_fine)

    def subject(self, verdict: Verdict, language: str) -> str:
        """Name what a verdict is about."""
        return headlines.subject(self.voice(language), verdict)

    def ground(self, ground: Ground, language: str) -> str:
        """Say one reason for or against."""
        return grounds.ground(self.voice(language), ground)

    def odds(self, ground: Ground, language: str) -> str:
        """Say how strong a ground is; nothing where it was not weighed."""
        return grounds.odds(self.voice(language), ground)

    def would_change(self, key: str, language: str) -> str:
        """Say what would change our mind."""
        return grounds.would_change(self.voice(language), key)

    def entry(self, entry: Entry, language: str) -> str:
        """Say one line of an incident's story."""
        voice = self.voice(language)
        key = f"entry.{entry.kind.value}"
        places = voice.words.places(key)
        if "what" not in places:
            return voice.words.text(key)
        match entry.kind.value:
            case "resolved":
                what = headlines.back(voice, entry.verdict)
            case "recovering":
                what = headlines.recovering(voice, entry.verdict)
            case "late_evidence":  # what was, not what is: the incident is over
                what = headlines.headline(voice, entry.verdict, over=True)
            case _:
                what = headlines.headline(voice, entry.verdict)
        return voice.words.text(key, what=what)

    def number(self, value: float, language: str) -> str:
        """Write a number."""
        return self.voice(language).figures.number(value)

    def clock(self, at: datetime, language: str, *, seconds: bool = False) -> str:
        """Write an aware time as hour and minute in the world's time zone."""
        return self.voice(language).figures.clock(at, seconds=seconds)

    def date(self, at: datetime, language: str) -> str:
        """Write the day of an aware time in the language's calendar."""
        return self.voice(language).figures.date(at)

    def duration(self, seconds: float, language: str) -> str:
        """Write a length of time."""
        return self.voice(language).figures.duration(seconds)

    def age(self, seconds: float, language: str) -> str:
        """Write how long ago something was."""
        return self.voice(language).figures.age(seconds)
