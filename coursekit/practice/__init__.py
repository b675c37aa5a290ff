"""A student's work with the exercises: workspaces, what has been achieved, hints, answers, reset, resume.

Knows no screen: the command line and the app say the same through it.
"""
