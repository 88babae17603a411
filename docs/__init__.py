"""The documentation site: Markdown here, and what `docs.generate` makes of the code. `make docs` builds it."""
