"""Ways into a program: whom a framework calls, with what, and what runs before."""
