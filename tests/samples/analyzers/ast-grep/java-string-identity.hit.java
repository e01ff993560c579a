class A { boolean isAdmin(String role) { return role == "admin"; } }
