"""Who is told: the recipients' CSV. A phone number never enters a problem."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from monitor.model import Recipient
from monitor.settings.problems import Ledger, SettingsError
from monitor.settings.text import read_text

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from monitor.settings.problems import Problem

COLUMNS = ("id", "phone", "services", "language")
_LIMIT_BYTES = 8 * 1024 * 1024
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
_ID = re.compile(r"(?!\+?[0-9]{10,}$)[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)


def read_recipients(
    path: Path, *, services: Collection[str], languages: Collection[str]
) -> tuple[tuple[Recipient, ...], list[Problem]]:
    """Read the recipients.

    Args:
        path: UTF-8 with the header line `id,phone,services,language`; services are separated by
            spaces.
        services: The ids there are.
        languages: Those of the installation.

    Returns:
        The good rows in their order, and every problem with the others.
    """
    try:
        text = read_text(path, limit_bytes=_LIMIT_BYTES, mark_allowed=True)
    except SettingsError as error:
        return (), list(error.problems)
    reader = _Reader(Ledger(str(path)), services, languages)
    reader.read(text)
    return tuple(reader.recipients), reader.ledger.problems()


class _Reader:
    def __init__(
        self, ledger: Ledger, services: Collection[str], languages: Collection[str]
    ) -> None:
        self.ledger = ledger
        self.recipients: list[Recipient] = []
        self._services = services
        self._languages = languages
        self._lines: dict[tuple[str, str], int] = {}

    def read(self, text: str) -> None:
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            header = tuple(next(rows, ()))
            if header != COLUMNS:
                expected = f"the header `{','.join(COLUMNS)}`"
                what = "the first line is not the header"
                self.ledger.add((1, 1), (), what, expected, "write it as the first line")
                return
            for row in rows:
                if row:
                    self._row(row, rows.line_num)
        except csv.Error:
            what, do = "this line is not CSV", "look for a stray quote"
            self.ledger.add((rows.line_num, 1), (), what, "fields between commas", do)

    def _row(self, row: list[str], line: int) -> None:
        if len(row) != len(COLUMNS):
            what, do = f"{len(row)} fields stand here", "write all, separated by commas"
            self.ledger.add((line, 1), (), what, f"{len(COLUMNS)} fields", do)
            return
        who, phone, services, language = (field.strip() for field in row)
        wanted = tuple(dict.fromkeys(services.split()))
        good = [
            self._good(line, "id", _ID.fullmatch(who), "an id that is no phone number"),
            self._good(
                line,
                "phone",
                _PHONE.fullmatch(phone),
                "a full number, such as +98… and digits only",
            ),
            self._good(line, "services", wanted, "ids of services, separated by spaces"),
            self._good(line, "language", language in self._languages, self._tongues()),
            *(self._service(line, service) for service in wanted),
            self._once(line, "id", who),
            self._once(line, "phone", phone),
        ]
        if all(good):
            self.recipients.append(Recipient(who, phone, wanted, language))

    def _tongues(self) -> str:
        return f"one of {', '.join(self._languages)}"

    def _good(self, line: int, column: str, verdict: object, expected: str) -> bool:
        if not verdict:
            what = f"the {column} cannot be used"
            self.ledger.add((line, 1), (column,), what, expected, "correct it")
        return bool(verdict)

    def _service(self, line: int, service: str) -> bool:
        if service not in self._services:
            expected = f"one of {', '.join(self._services)}"
            what = "there is no such service"
            self.ledger.add((line, 1), ("services",), what, expected, "correct it")
        return service in self._services

    def _once(self, line: int, column: str, value: str) -> bool:
        first = self._lines.setdefault((column, value), line)
        if first != line:
            what = f"the same {column} stands on line {first}"
            do = "remove one of the two lines"
            self.ledger.add((line, 1), (column,), what, "each person once", do)
        return first == line
