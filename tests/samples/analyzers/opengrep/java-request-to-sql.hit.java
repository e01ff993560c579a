class A { void f(HttpServletRequest request) throws Exception { String q = "SELECT * FROM t WHERE n = '" + request.getParameter("n") + "'"; s.executeQuery(q); } }
