"""A text with a mark or a number before it, its further lines indented to where the text begins."""

from __future__ import annotations

from dataclasses import replace

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual


class Hanging(Visual):
    """What a `Static` or an `Option` shows; as a string it is the head and the text."""

    def __init__(self, head: Content, text: Content) -> None:
        self._head, self._text = head, text

    def __str__(self) -> str:
        return self._head.plain + self._text.plain

    @property
    def _indent(self) -> int:
        return self._head.cell_length

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        options = replace(options, selection=None)  # it counts in a text of one piece
        heads = self._head.render_strips(self._indent, 1, style, options)
        lines = self._text.render_strips(max(1, width - self._indent), height, style, options)
        heads += [Strip.blank(self._indent, style.rich_style)] * (len(lines) - len(heads))
        return [Strip.join([head, line]) for head, line in zip(heads, lines, strict=False)]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return self._indent + self._text.get_optimal_width(rules, container_width)

    def get_height(self, rules: RulesMap, width: int) -> int:
        return self._text.get_height(rules, max(1, width - self._indent))
