"""What outlasts the function that wrote it."""
