"""What runs in a provider's process: its log, its end with the engine, and the secrets in its records."""
