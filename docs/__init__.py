"""The documentation, and the program that writes parts of it."""
