"""Runs this program on the emulator: sample requests to every route, tokens, and redeployment on every save."""
