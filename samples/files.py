"""The workbooks of the sample store: our own form, filled as a district would."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from base.clock import Month
from intake.scope import Scope, scope_of
from intake.template import monthly_template
from programme.criteria import Assessment, Result
from samples.schedule import Handover
from samples.story import SEED, Results
from store.queries import LedgerFacts

#: One report in so many has cells left open, and so many at most.
_OPEN_IN, _OPEN_CELLS = 6, 3
#: Wrong cells of a report that is corrected later.
_WRONG_CELLS: Final = 3
#: Share of the indicators that a district measures.
_MEASURED: Final = 0.15


@dataclass(frozen=True)
class FormFacts(LedgerFacts):
    """The published collection, with what a district is about to say in place of what is known.

    A form comes filled with what is known: this way it comes filled with what the district says.
    """

    said: dict[str, dict[str, Assessment]] = field(default_factory=dict)

    def assessments(  # noqa: D102 - as in the protocol
        self,
        set_id: str,  # noqa: ARG002 - what is said is on the set and of the month of the form
        month: Month,  # noqa: ARG002
        since: Month | None = None,  # noqa: ARG002
        codes: Collection[str] | None = None,  # noqa: ARG002
    ) -> Mapping[str, Mapping[str, Assessment]]:
        return self.said


def filled_form(facts: FormFacts, handover: Handover, results: Results) -> bytes:
    """Return the workbook of a handover.

    Parameters
    ----------
    facts
        Units and criteria sets; ``said`` is filled here.
    handover
        District, month, and what is special about the file.
    results
        What the communes reach in that month, by unit code and criterion.
    """
    scope = scope_of(facts, handover.district, handover.period)
    chance = random.Random(f"{SEED} {handover.district} {handover.period}")  # noqa: S311 - the same cells every time
    said: dict[tuple[str, str], Result | None] = {
        (unit.code, code): result for unit in scope.units for code, result in results[unit.code].items()
    }
    cells = list(said)
    if not chance.randrange(_OPEN_IN):
        for cell in chance.sample(cells, chance.randint(1, _OPEN_CELLS)):
            said[cell] = None
    if handover.mistaken:
        for cell in chance.sample(cells, _WRONG_CELLS):
            said[cell] = "not-met" if said[cell] == "met" else "met"
    facts.said.clear()
    for (unit, code), result in said.items():
        _say(facts, scope, unit, code, result)
    if handover.indicators:
        _measure(facts, scope, results, chance)
    return monthly_template(facts, handover.district, handover.period, indicators=handover.indicators)


def _measure(facts: FormFacts, scope: Scope, results: Results, chance: random.Random) -> None:
    """Give some of the shares a value: a high one where the criterion is met, or a low one of what should be rare."""
    shares = [item for item in scope.criteria_set.items if item.value_type == "percent"]
    for item in [item for item in shares if chance.random() < _MEASURED]:
        rare = any("≤" in threshold for threshold in item.thresholds.values())
        for unit in scope.units:
            met = results[unit.code][item.parent] == "met"
            share = chance.uniform(94, 100) if met else chance.uniform(40, 75)
            value = round(100 - share if rare else share, 1)
            _say(facts, scope, unit.code, item.code, "met" if met else "not-met", value)


def _say(  # noqa: PLR0913, PLR0917 - all that a cell says
    facts: FormFacts, scope: Scope, unit: str, code: str, result: Result | None, value: float | None = None
) -> None:
    said = Assessment(unit, scope.criteria_set.id, code, scope.period, result, value, 0, "")
    facts.said.setdefault(unit, {})[code] = said
