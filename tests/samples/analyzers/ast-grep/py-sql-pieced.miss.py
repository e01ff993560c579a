COLUMNS = "a, b"
def count(db, name):
    return db.execute(f"SELECT {COLUMNS} FROM items WHERE name = :name", {"name": name})
