class A { File file(HttpServletRequest request) { return new File(FOLDER, request.getParameter("name")); } }
