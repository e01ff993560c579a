def find(cursor, name):
    return cursor.execute(f"SELECT * FROM users WHERE name = '{name}'")
def drop(db, table):
    db.execute("DELETE FROM " + table)
def old(db, name):
    db.execute("SELECT id FROM t WHERE n = '%s'" % name)
def formatted(db, name):
    db.execute("SELECT id FROM t WHERE n = '{}'".format(name))
