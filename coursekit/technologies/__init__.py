"""Technologies, one file each: find the tool, look at what it made. Here: Python's virtual environments."""
