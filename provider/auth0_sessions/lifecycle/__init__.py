"""The verbs of a managed tenant, with no Pulumi in them."""
