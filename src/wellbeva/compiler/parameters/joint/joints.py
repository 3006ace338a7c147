"""Numbers drawn together: shares of a Dirichlet, rows of tables of draws, correlated numbers (FORMAT R10, R16)."""

from __future__ import annotations

from collections.abc import Mapping

from wellbeva.compiler.appraisal.units_and_prices import Converter
from wellbeva.compiler.parameters.cells import CellAssignment, Elements
from wellbeva.compiler.parameters.joint.dirichlet import Shares
from wellbeva.compiler.parameters.joint.joint_draws import Columns
from wellbeva.core.axes import Axis
from wellbeva.errors import Collector
from wellbeva.plan.plan import Joint, PlanParameter
from wellbeva.scenario.spec import Scenario
from wellbeva.scenario.text.paths import DottedPath


class JointBuilder:
    """The joint draws of one scenario.

    Parameters
    ----------
    scenario : Scenario

    Attributes
    ----------
    shares : Shares
    columns : Columns
    assignments : tuple of Assignment
        Those of the scenario from weakest to strongest, each Dirichlet as its shares, columns of draws among them.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._correlations = scenario.correlations
        self.shares = Shares()
        self.columns = Columns(scenario)
        written = self.shares.apart(scenario.assignments)
        self.assignments = self.columns.among(written)
        # Elements are numbered by this order, in which columns of draws come after all that the file itself writes.
        self.in_order_of_the_file = (
            *written,
            *(assignment for assignment in self.assignments if self.columns.table_of(assignment)),
        )

    def joints(
        self,
        drafts: Mapping[str, CellAssignment],
        parameters: Mapping[str, PlanParameter],
        owned: Mapping[str, tuple[int, ...]],
        by_path: Mapping[DottedPath, tuple[str, int]],
        *,
        axes: Mapping[str, Axis],
        elements: Elements,
        converter: Converter,
    ) -> tuple[Joint, ...]:
        """Return the joints of a plan; notes all that is wrong.

        Parameters
        ----------
        owned : mapping of parameter to tuple of int
            The element of each filler, -1 where it is certain.
        by_path : mapping of DottedPath to (parameter, filler)
        """
        collector = converter.collector
        self.shares.fail_if_they_no_longer_add_to_one(drafts, axes, collector)
        self._refuse_clashes(elements, collector)
        if collector.errors:
            return ()
        shares = self.shares.joints(drafts, elements)
        rows = self.columns.joints(drafts, elements, collector)
        if not self._correlations:
            return (*shares, *rows)
        from wellbeva.compiler.parameters.joint.copulas import Correlator, correlation_numbers

        taken = {index: "it is a share of a Dirichlet" for joint in shares for index in joint.elements}
        taken |= {index: "its draws come from a table of joint draws" for joint in rows for index in joint.elements}
        correlator = Correlator(
            drafts, parameters, owned, by_path, axes=axes, elements=elements, taken=taken, collector=collector
        )
        numbers = correlation_numbers(self._correlations, converter)
        return (*shares, *rows, *correlator.joints(numbers))

    def _refuse_clashes(self, elements: Elements, collector: Collector) -> None:
        """Two numbers of one name would be drawn as one; the name is the key of the random stream."""
        for name in dict.fromkeys(elements.clashes):
            collector.error(
                "WB-C035",
                f"two numbers have the name {name!r}, and would be drawn as one",
                next((assignment.value.span for assignment in self.assignments if assignment.element == name), None),
                facts=("the name is made of the parameter and the labels it is given for",),
                remedy="name the labels of the other axis too, or give the number in one place only",
            )
