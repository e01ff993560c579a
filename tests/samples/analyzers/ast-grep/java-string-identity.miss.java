class A { boolean isAdmin(String role) { return "admin".equals(role) && role != null; } }
