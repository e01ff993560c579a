"""Where data hurts."""
