"""Builds, checks, packs and uploads the artifacts of a workspace; a program of its own, run by `RustWorkspace`.

It needs no Pulumi and imports none.
"""
