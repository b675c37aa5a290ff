"""The terminal app: the course map, an exercise, the embedded terminal. The only place that knows Textual."""
