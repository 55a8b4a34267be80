"""The one reading interface for facts. Layers know nothing else of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from programme.records import (
    CriteriaCount,
    Document,
    Mandate,
    PublishedFigure,
    Recognition,
    Succession,
    Target,
    WithdrawalWarning,
)
from programme.units import Unit


class Facts(Protocol):
    """Everything known of one province's programme, as it was known at one moment.

    Facts carry the period they speak of; a reader decides by period. ``known_at`` fixes what had
    been recorded: the same ``known_at`` always gives the same answers. Every sequence is empty,
    never ``None``, when nothing is known.
    """

    @property
    def province(self) -> str:
        """Key of the province, for example ``kontum``."""
        ...

    @property
    def known_at(self) -> str:
        """ISO time of the newest fact that can be read here (its ``recorded_at``)."""
        ...

    @property
    def units(self) -> Mapping[str, Unit]:
        """The official unit list by code."""
        ...

    @property
    def recognitions(self) -> Sequence[Recognition]:
        """Recognitions of every evidence grade, oldest first."""
        ...

    @property
    def targets(self) -> Sequence[Target]:
        """Targets of every year and level."""
        ...

    @property
    def warnings(self) -> Sequence[WithdrawalWarning]:
        """Communes named as at risk of withdrawal."""
        ...

    @property
    def figures(self) -> Sequence[PublishedFigure]:
        """Published totals of the province and of districts."""
        ...

    @property
    def criteria_counts(self) -> Sequence[CriteriaCount]:
        """Sourced criteria counts of single communes."""
        ...

    @property
    def successions(self) -> Mapping[str, Succession]:
        """What each unit became, by old code."""
        ...

    @property
    def mandates(self) -> Mapping[str, Mandate]:
        """Tasks ordered by plans, by id."""
        ...

    @property
    def documents(self) -> Mapping[str, Document]:
        """Official documents by id."""
        ...
