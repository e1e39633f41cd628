"""What people do: one family of use cases a file; plain synchronous functions over a transaction."""
