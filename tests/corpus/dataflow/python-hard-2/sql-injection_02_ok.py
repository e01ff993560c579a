import os
from abc import ABC, abstractmethod

import psycopg2
from fastapi import Depends, FastAPI

app = FastAPI()


class Criterion(ABC):
    @abstractmethod
    def fragment(self):
        ...

    @abstractmethod
    def values(self):
        ...

    def __and__(self, other):
        return Both(self, other)


class Both(Criterion):
    def __init__(self, left, right):
        self.left, self.right = left, right

    def fragment(self):
        return f"({self.left.fragment()} AND {self.right.fragment()})"

    def values(self):
        return [*self.left.values(), *self.right.values()]


class PublishedAfter(Criterion):
    def __init__(self, year: int):
        self.year = year

    def fragment(self):
        return "published >= %s"

    def values(self):
        return [self.year]


class TitleContains(Criterion):
    def __init__(self, text: str):
        self.text = text.replace("\\", "\\\\").replace("_", "\\_").replace("%", "")

    def fragment(self):
        return "title ILIKE %s"

    def values(self):
        return [f"%{self.text}%"]


class BookGateway:
    def __init__(self, dsn):
        self.dsn = dsn

    def matching(self, criterion: Criterion):
        with psycopg2.connect(self.dsn) as conn, conn.cursor() as cur:
            cur.execute(
                "SELECT id, title, published FROM books WHERE " + criterion.fragment(),
                criterion.values(),
            )
            return cur.fetchall()


def gateway():
    return BookGateway(os.environ["BOOKS_DSN"])


@app.get("/books")
def books(title: str = "", since: int = 1900, store: BookGateway = Depends(gateway)):
    criterion = PublishedAfter(since) & TitleContains(title)
    return [{"id": r[0], "title": r[1], "published": r[2]} for r in store.matching(criterion)]
