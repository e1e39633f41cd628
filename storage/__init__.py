"""Where everything is kept: the store, the tables, one writer a table family, and the migrations."""
