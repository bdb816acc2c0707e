"""How a function is run in each language: its program, and what must be installed for it."""
