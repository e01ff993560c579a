class Select:
    def __init__(self, table, columns=("*",)):
        self._table = table
        self._columns = list(columns)
        self._conditions = []
        self._args = []
        self._limit = 100

    def where(self, condition, *args):
        self._conditions.append(condition)
        self._args.extend(args)
        return self

    def limit(self, count):
        self._limit = int(count)
        return self

    def build(self):
        sql = f"SELECT {', '.join(self._columns)} FROM {self._table}"
        if self._conditions:
            sql += " WHERE " + " AND ".join(self._conditions)
        return f"{sql} LIMIT {self._limit}", tuple(self._args)
