class A { ResultSet find(Statement s, String name) throws Exception { return s.executeQuery("SELECT * FROM users WHERE name = '" + name + "'"); } }
