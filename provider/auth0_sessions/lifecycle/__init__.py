"""The operations on a managed tenant, independent of Pulumi."""
