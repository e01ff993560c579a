"""Render: a scan as auditors, engineers and machines read it. One module per format; `formats` names them."""
