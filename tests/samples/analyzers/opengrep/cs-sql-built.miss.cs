class A { void F(string name) { var c = new SqlCommand("SELECT * FROM t WHERE n = @name", db); } }
