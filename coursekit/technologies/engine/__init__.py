"""The container engine, Docker's or one that speaks its language: which one answers, what it knows, a Place inside.

The only place that knows Docker's SDK, which takes a tenth of a second to import: only `connection` does, when a check
asks for an engine. Everything an engine is asked is asked through its API, never through the words of a program.
"""
