class A { PreparedStatement find(Connection c) throws Exception { return c.prepareStatement("SELECT * FROM users " + "WHERE name = ?"); } }
