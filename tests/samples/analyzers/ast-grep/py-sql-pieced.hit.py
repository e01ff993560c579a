def count(db, table):
    return db.execute(f"SELECT count(*) FROM {table}")
