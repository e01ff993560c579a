class A { Object read(InputStream in) throws Exception { ObjectInputStream s = new ObjectInputStream(in); s.setObjectInputFilter(OURS); return s.readObject(); } }
