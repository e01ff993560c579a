"""The solver: runs the form on abstract values, along every path that constants leave open."""
