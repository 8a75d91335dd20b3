"""The code that runs inside a user's Pulumi program."""
