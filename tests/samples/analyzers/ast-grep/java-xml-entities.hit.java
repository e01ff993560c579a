class A { Document read(InputStream in) throws Exception { DocumentBuilderFactory f = DocumentBuilderFactory.newInstance(); return f.newDocumentBuilder().parse(in); } }
