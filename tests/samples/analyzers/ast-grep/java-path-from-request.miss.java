class A { File file(String kind) { return new File(FOLDER, FILES.get(kind)); } }
