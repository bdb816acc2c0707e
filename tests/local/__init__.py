"""Tests of the local environment's own parts."""
