class A { int pick() { int winner = new Random().nextInt(10); String token = secure.next(); return winner; } }
