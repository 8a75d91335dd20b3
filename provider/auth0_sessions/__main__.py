"""Starts the native plugin: `python -m auth0_sessions`, as Pulumi runs a plugin that is a Python package."""

from auth0_sessions.native.serve import main

if __name__ == "__main__":
    main()
