from dataclasses import dataclass, field


@dataclass
class Sorting:
    default: str = "created_at"

    def clause(self, column, direction):
        if direction.lower() not in ("asc", "desc"):
            direction = "asc"
        return f"{column or self.default} {direction}"


@dataclass
class ColumnSorting(Sorting):
    columns: dict = field(
        default_factory=lambda: {"name": "name", "price": "unit_price", "new": "created_at"}
    )

    def clause(self, column, direction):
        column = self.columns.get(column, self.default)
        return super().clause(column, direction)


def get_sorting():
    return Sorting()


def get_column_sorting():
    return ColumnSorting()
