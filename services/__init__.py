"""This application: analytics, currencies, glitch and session keys. Compositions of components."""
