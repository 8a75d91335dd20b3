"""Values and tables, without I/O."""
