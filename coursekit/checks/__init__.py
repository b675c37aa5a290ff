"""Kinds of check, one file each, and how their findings combine into a verdict."""
