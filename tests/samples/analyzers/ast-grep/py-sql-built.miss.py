def find(cursor, name):
    return cursor.execute("SELECT * FROM users WHERE name = %s", (name,))
def many(cursor, rows):
    cursor.executemany("INSERT INTO t VALUES " "(?, ?)", rows)
def run(task, name):
    task.execute(f"job-{name}")
