"""The only door to processes: places, framed sessions, the student's shell, and stopping process trees."""
