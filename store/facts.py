"""The one reading interface for facts. Layers know nothing else of the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from base.clock import Month
from programme.clusters import Cluster
from programme.criteria import Assessment, CriteriaSet, Result
from programme.records import (
    ConfirmedAlias,
    CriteriaCount,
    Document,
    Dossier,
    Mandate,
    PublishedFigure,
    Recognition,
    Succession,
    Target,
    WithdrawalWarning,
)
from programme.units import Unit
from programme.villages import Village, VillageRecognition
from store.ledger import Receipt


class Facts(Protocol):
    """Everything known of one province's programme, as it was known at one moment.

    Facts carry the period they speak of; a reader decides by period. ``known_at`` fixes what had
    been recorded: the same ``known_at`` always gives the same answers. Every sequence is empty,
    never ``None``, when nothing is known.
    """

    def __hash__(self) -> int:
        """Facts of one version are a key: what was drawn from them may be kept."""
        ...

    @property
    def province(self) -> str:
        """Key of the province, for example ``kontum``."""
        ...

    @property
    def part(self) -> str:
        """Key of the former province whose units alone are known here; empty for the whole province."""
        ...

    @property
    def unit_list(self) -> str:
        """Id of the list whose units are known here; empty for all of the province."""
        ...

    @property
    def known_at(self) -> str:
        """ISO time of the newest fact that can be read here (its ``recorded_at``)."""
        ...

    @property
    def version(self) -> int:
        """Ledger version: the number of the newest submission that can be read here."""
        ...

    @property
    def is_sample(self) -> bool:
        """Whether these facts are made up, and must be marked as sample data."""
        ...

    @property
    def units(self) -> Mapping[str, Unit]:
        """The official unit list by code: of one list, and of one former province where the map shows a part."""
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
    def predecessors(self) -> Mapping[str, Sequence[Succession]]:
        """The units that went into each unit, by its code; units that existed before have no entry."""
        ...

    @property
    def boundary_defaults(self) -> Mapping[str, str]:
        """The boundary version that somebody chose to draw a unit list with, by list."""
        ...

    @property
    def aliases(self) -> Sequence[ConfirmedAlias]:
        """Spellings that a person confirmed for units of the list, newest first."""
        ...

    @property
    def mandates(self) -> Mapping[str, Mandate]:
        """Tasks ordered by plans, by id."""
        ...

    @property
    def documents(self) -> Mapping[str, Document]:
        """Official documents by id."""
        ...

    @property
    def dossiers(self) -> Sequence[Dossier]:
        """Steps of applications for recognition, oldest first."""
        ...

    @property
    def clusters(self) -> Sequence[Cluster]:
        """Residential clusters of border communes: a record for each cluster and day, oldest day first."""
        ...

    @property
    def villages(self) -> Sequence[Village]:
        """The register of villages, of all times."""
        ...

    @property
    def village_recognitions(self) -> Sequence[VillageRecognition]:
        """Titles given to villages and taken from them, oldest first."""
        ...

    @property
    def criteria_sets(self) -> Mapping[str, CriteriaSet]:
        """Criteria sets by id, each as its newest version reads."""
        ...

    @property
    def receipts(self) -> Sequence[Receipt]:
        """Every submission that speaks of the province, of all provinces or of places in it, newest first."""
        ...

    @property
    def reports(self) -> Sequence[Receipt]:
        """Monthly workbooks handed in for the province, newest first, superseded ones too."""
        ...

    @property
    def last_entry(self) -> Receipt | None:
        """The newest file that somebody entered; ``None`` when there is only the published collection."""
        ...

    def assessments(
        self, set_id: str, month: Month, since: Month | None = None, codes: Collection[str] | None = None
    ) -> Mapping[str, Mapping[str, Assessment]]:
        """Return the newest assessment of every criterion as of a month, by unit and criterion code.

        Parameters
        ----------
        set_id
            Criteria set; sets are never mixed.
        month
            Reports of this month and earlier ones are looked at.
        since
            First month that counts, for units whose code belonged to another unit before; ``None``: all.
        codes
            Criteria or indicators wanted; ``None``: all that were ever assessed.

        Returns
        -------
        Units and criteria that were never reported are absent; ``result`` is ``None`` where the newest
        report left a criterion open.
        """
        ...

    def results(
        self, set_id: str, codes: Collection[str], month: Month, since: Month | None = None
    ) -> Mapping[str, Mapping[str, tuple[Month, Result | None]]]:
        """Return the newest results as of a month by commune and code, each with the month it was reported for.

        The same answer as :meth:`assessments` without values and places, several times as fast: what a map of all
        communes of the programme is drawn from.
        """
        ...

    def history(self, set_id: str, unit: str, month: Month, since: Month | None = None) -> Sequence[Assessment]:
        """Return every assessment of one unit up to a month, newest first, criteria and indicators.

        ``since`` is the first month that counts, for units whose code belonged to another unit before. Of several
        rows of one code and month the newest submission stands first, before what it corrects.
        """
        ...

    def report_of(self, number: int) -> Receipt:
        """Return the submission with this number, for the place that an assessment names."""
        ...
