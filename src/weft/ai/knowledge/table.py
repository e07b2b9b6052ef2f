"""A table of products, hours, people: each row becomes one entry."""

from __future__ import annotations

import csv
import io

from weft.kernel.errors import WeftError

# A price list fits; each row is a passage.
MAX_ROWS = 5_000


def read(text: str, source: str) -> str:
    """One line an entry, "name: value; name: value". ``source`` names it in errors.

    Raises WeftError for too many rows and for what is no table.
    """
    try:
        dialect = csv.Sniffer().sniff(text[:8192], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    lines: list[str] = []
    try:
        table = csv.reader(io.StringIO(text), dialect)
        header = [" ".join(name.split()) for name in next(table, [])]
        for cells in table:
            if len(lines) >= MAX_ROWS:
                raise WeftError(f"{source} has too many rows: at most {MAX_ROWS}.")
            pairs = zip(header, (" ".join(cell.split()) for cell in cells), strict=False)
            entry = "; ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)
            if entry:
                lines.append(entry)
    except csv.Error as wrong:
        raise WeftError(f"{source} is no table that can be read.", cause=str(wrong)) from wrong
    return "\n".join(lines)
