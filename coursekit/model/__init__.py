"""The words of the course as frozen dataclasses: course, lab, exercise, step, verdict, event.

Standard library only. Nothing here reads, runs or stores anything.
"""
