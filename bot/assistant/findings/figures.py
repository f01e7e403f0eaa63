"""Figures as errors write them, and as they are told."""

from __future__ import annotations

NUMBER = r"\d[\d,]{0,12}"
"""A number whose thousands may stand apart, as a pattern."""


def number(figure: str) -> int:
    """Return what a figure stands for."""
    return int(figure.replace(",", ""))


def told(**figures: int) -> dict[str, str]:
    """Return figures as text with their thousands apart."""
    return {name: f"{figure:,}" for name, figure in figures.items()}
