"""This application: analytics, currencies, and session keys. Compositions of components."""
