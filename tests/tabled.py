"""Tables of a PostgreSQL that answers are brought into, in a schema of their own."""

from typing import Any, NamedTuple

Row = tuple[Any, ...]


class Tabled(NamedTuple):
    """address: of the table `scores` as people write it; connection: of who looks at it."""

    address: str
    connection: Any
    schema: str

    def run(self, statement: str) -> Any:
        """`{}` stands for the schema."""
        return self.connection.execute(statement.replace("{}", self.schema))

    def rows(self, part: str = "") -> dict[str, list[Row]]:
        """Of each partition, in order; part: "", "_rejected" or "_mainstay"."""
        if self.run(f"SELECT to_regclass('{{}}.scores{part}')").fetchone() == (None,):
            return {}
        key = "partition" if part == "_mainstay" else "mainstay_partition"
        found: dict[str, list[Row]] = {}
        for name, *row in self.run(f"SELECT {key}, * FROM {{}}.scores{part} ORDER BY {key}, 2, 3"):
            found.setdefault(name, []).append(tuple(row))
        return found
