"""Python, from the standard library's trees."""
