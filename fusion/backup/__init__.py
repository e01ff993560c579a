"""The state folder as one file, and back: what a machine that is lost leaves behind."""
