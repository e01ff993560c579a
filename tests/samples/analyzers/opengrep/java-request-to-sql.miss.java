class A { void f(HttpServletRequest request) throws Exception { int n = Integer.parseInt(request.getParameter("n")); s.executeQuery("SELECT * FROM t LIMIT " + n); } }
