"""Starts the native plugin: Pulumi runs a plugin that is a Python package as `python -m auth0_sessions`."""

from auth0_sessions.native.serve import main

if __name__ == "__main__":
    main()
