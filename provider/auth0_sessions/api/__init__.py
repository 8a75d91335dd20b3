"""Talks to one tenant over HTTP."""
