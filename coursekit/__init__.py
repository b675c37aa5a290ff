"""coursekit: graded labs on the student's own machine.

Kept readable by Python 3.6, so that ``__main__`` can say in one sentence that a Python is too old.
"""

__version__ = "0.1.0"
