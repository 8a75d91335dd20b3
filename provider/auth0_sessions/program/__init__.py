"""What runs inside a user's Pulumi program."""
