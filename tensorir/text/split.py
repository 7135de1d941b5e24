"""Several programs in one file, with `// -----` lines between them."""

from __future__ import annotations

import re

_SPLIT = re.compile(r"^// -----.*\n", re.MULTILINE)


def split_input(text: str) -> list[tuple[int, str]]:
    """Returns the parts between `// -----` lines, each with the number of its first line."""
    parts: list[tuple[int, str]] = []
    start, line = 0, 1
    for match in [*_SPLIT.finditer(text), None]:
        end = match.start() if match else len(text)
        parts.append((line, text[start:end]))
        after = match.end() if match else end
        line += text.count("\n", start, after)
        start = after
    return parts
