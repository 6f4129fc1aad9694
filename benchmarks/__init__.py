"""Benchmarks: `make bench`, `make bench ONLY=name`. CPU per request, application and database, median."""
