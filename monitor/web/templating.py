"""Templates: escaped everywhere, and an undefined name is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from monitor import resources

if TYPE_CHECKING:
    from monitor.web.assets import Assets
    from monitor.wording import Wording


class Templates:
    """Turns a view into HTML in one language."""

    def __init__(self, wording: Wording, assets: Assets, *, alone: bool = False) -> None:
        """Read the templates.

        Args:
            wording: The words.
            assets: Static files.
            alone: The HTML becomes a file that needs nothing beside it, and leads nowhere.
        """
        self._wording = wording
        self._environment = Environment(
            loader=FileSystemLoader(resources.templates()),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["asset"] = assets.inside if alone else assets.address
        self._environment.globals["alone"] = alone

    def render(self, template: str, language: str, **values: Any) -> str:
        """Render a template.

        Args:
            template: Its file name.
            language: What `w(key)` speaks.
            **values: What the template shows.

        Raises:
            jinja2.TemplateError: the template is missing, wrong, or names something undefined.
            WordingError: the template asks for words there are not.
        """
        voice = self._wording.voice(language)
        return self._environment.get_template(template).render(
            w=voice.words.text,
            language=voice.language,
            direction=voice.words.text("language.direction"),
            site=voice.words.text("language.title", platform=voice.platform),
            **values,
        )
