class A { void run(String name) throws Exception { Runtime.getRuntime().exec(new String[] {"ls", name}); } }
