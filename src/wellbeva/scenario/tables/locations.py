"""Tables lie beside the file that lists them, which may be a scenario that is extended (FORMAT R14)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from wellbeva.errors import Collector
from wellbeva.scenario.spec import Model
from wellbeva.scenario.tables.table_reader import DRAW, Table, TableReader
from wellbeva.scenario.text.files import Files, beside, inside
from wellbeva.scenario.text.nodes import ListNode, MapNode, Node, Scalar, items
from wellbeva.scenario.value import Value


def _draws(node: Node) -> bool:
    rows = node.get("rows") if isinstance(node, MapNode) else None
    return isinstance(rows, Scalar) and rows.text == DRAW


@dataclass(slots=True)
class TableHomes:
    """Reads each list of tables beside the file it stands in, never beyond the folder above the scenario.

    Parameters
    ----------
    roots : tuple of Path
        The scenario's folder and the one above.
    files : Files
    collector : Collector
    model : Model
        Whose names the headings are.
    scenario : str
        The scenario's file as messages show it: beside it lies what the command line names.
    """

    roots: tuple[Path, ...]
    files: Files
    collector: Collector
    model: Model
    scenario: str = ""
    readers: dict[str, TableReader] = field(default_factory=dict)
    broken: bool = False
    """Whether a table that may name labels could not be read."""

    def read_all(self, node: Node | None) -> list[Table]:
        """Read every entry of ``tables``."""
        if not isinstance(node, ListNode) or not node.items:
            return []
        file = node.span.file
        reader = self.readers.get(file) or self.reader(file)
        kept = tuple(item for item in items(node) if self.may_read(item, reader))
        tables = reader.read_all(ListNode(kept, node.span, node.flow))
        listed = sum(not _draws(item) for item in items(node))
        self.broken = self.broken or listed > sum(table.row_axis != DRAW for table in tables)
        return tables

    def read_studies(self, node: MapNode) -> Value | None:
        """Read the table that the key ``studies`` of a map names, with what stands beside it; None after an error."""
        listed = node.get("studies")
        if listed is None:
            return None
        from wellbeva.scenario.tables.studies import read_studies

        file = self.scenario if listed.span.file == "--set" else listed.span.file
        reader = self.readers.get(file) or self.reader(file)
        return read_studies(node, reader) if self.may_read(listed, reader) else None

    def reader(self, file: str) -> TableReader:
        """Return the reader of one file's tables; all of them count their cells together."""
        folder = Path(file).parent
        reader = TableReader(folder, str(folder), self.files, self.collector, model=self.model)
        # The limits on cells and numbers are of all tables together, so every reader shares the counters of the others.
        for other in self.readers.values():
            reader = replace(reader, cells=other.cells, numbers=other.numbers)
        self.readers[file] = reader
        return reader

    def may_read(self, node: Node, reader: TableReader) -> bool:
        """Refuse a table that an extended scenario finds beyond the folder above this one.

        Parameters
        ----------
        node : Node
            The entry of ``tables``: a path, or a map with ``file``.
        reader : TableReader
            Knows the folder of the scenario file that lists the table.

        Returns
        -------
        bool
            True also where the reader itself reports the fault: a path that leaves its folder, or no file name.
        """
        name = node.get("file") if isinstance(node, MapNode) else node
        if not isinstance(name, Scalar) or name.null:
            return True  # the shape is reported for the whole file
        found = beside(reader.folder, reader.shown_folder, name.text)
        if found is None or inside(found[0], self.roots):
            return True  # a path out of the folder is reported by the reader
        self.collector.error(
            "WB-F040",
            f"the table {name.text[:80]!r} lies outside the scenario's folder",
            name.span,
            facts=("no file is read from beyond the folder above the scenario that is run",),
            remedy="copy the table beside the scenario that lists it",
        )
        return False
