"""Read YAML that people write by hand, and know the line of everything in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

import yaml

from zen.errors import DamagedDataError
from zen.stores.yaml_files import (
    DEEPEST,
    check_depth,
    line_of,
    located_errors,
    too_deep,
    too_large,
)
from zen.stores.yaml_loader import LARGEST, SAFE_LOADER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Document", "read_documents"]


_Place = tuple[str, ...]


class Document(NamedTuple):
    """Hold one document of a file.

    Args:
        content: What it holds.
        lines: The line of each thing in it, by the keys and indices that lead there.
    """

    content: Mapping[str, object]
    lines: Mapping[_Place, int]

    def line(self, place: Sequence[str | int]) -> int:
        """Return the line of what is at a place, or else of what would hold it."""
        known = tuple(map(str, place))
        while known not in self.lines:
            known = known[:-1]
        return self.lines[known]


def read_documents(data: bytes, where: str) -> list[Document]:
    """Return the documents of a file.

    Args:
        data: The file's content.
        where: The file, for messages.

    Raises:
        DamagedDataError: It isn't YAML, names a key twice, or one of the documents is
            no mapping.
    """
    documents: list[Document] = []
    with located_errors(data, where):
        check_depth(data, where, most_events=3 * LARGEST)
        loader = SAFE_LOADER(data)
        try:
            while loader.check_node():
                node = cast("yaml.Node", loader.get_node())
                lines = dict(_places(node, where))
                content = loader.construct_document(node)
                if not isinstance(content, dict):
                    line = lines[()]
                    raise DamagedDataError(where, "a mapping is expected", line=line)
                documents.append(Document(content, lines))
        finally:
            loader.dispose()
    return documents


def _places(root: yaml.Node, where: str) -> Iterator[tuple[_Place, int]]:
    """Yield the line of each thing; raise for keys that are there twice."""
    waiting: list[tuple[_Place, yaml.Node, yaml.Node]] = [((), root, root)]
    for _ in range(LARGEST):
        if not waiting:
            return
        place, named, node = waiting.pop()
        line = line_of(named)
        if len(place) > DEEPEST:
            raise too_deep(where, line)
        yield place, line
        if isinstance(node, yaml.MappingNode):
            waiting += _entries(place, node, where)
        elif isinstance(node, yaml.SequenceNode):
            waiting += [
                ((*place, str(index)), item, item)
                for index, item in enumerate(node.value)
            ]
    raise too_large(where)


def _entries(
    place: _Place, node: yaml.MappingNode, where: str
) -> Iterator[tuple[_Place, yaml.Node, yaml.Node]]:
    seen: set[tuple[str, str]] = set()
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode):
            if (key.tag, key.value) in seen:
                reason = f"'{key.value}' is given twice"
                raise DamagedDataError(where, reason, line=line_of(key))
            seen.add((key.tag, key.value))
            yield (*place, key.value), key, value
