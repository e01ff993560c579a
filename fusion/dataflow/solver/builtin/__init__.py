"""The languages' own functions, and those of their libraries that move values about."""
