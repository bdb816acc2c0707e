"""The measured functions, with their events and the check of their responses."""
