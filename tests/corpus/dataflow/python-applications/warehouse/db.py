import sqlite3
from contextlib import contextmanager

PATH = "warehouse.sqlite3"


@contextmanager
def cursor():
    connection = sqlite3.connect(PATH)
    connection.row_factory = sqlite3.Row
    try:
        yield connection.cursor()
        connection.commit()
    finally:
        connection.close()
