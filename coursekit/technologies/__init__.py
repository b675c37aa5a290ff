"""Technologies, one file each: find the tool, say how to install it, look at what it made."""
