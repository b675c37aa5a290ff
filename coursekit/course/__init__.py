"""The only reader of course files: find, read, validate, draw values, fill them in.

What a check kind looks like is handed in by the caller, so that this floor knows no kind by name. Reading the course
map needs neither pydantic nor any kind; reading an exercise needs both, and imports them then.
"""
