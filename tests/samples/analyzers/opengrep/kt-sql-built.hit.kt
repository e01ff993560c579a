fun find(db: Db, name: String) { db.rawQuery("SELECT * FROM t WHERE n = '" + name, null) }
