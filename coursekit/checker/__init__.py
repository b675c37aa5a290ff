"""Running checks: in this process, or in one of its own that speaks JSON lines and can be cancelled."""
