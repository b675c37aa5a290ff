"""The parts of the app's screens, one file each."""
