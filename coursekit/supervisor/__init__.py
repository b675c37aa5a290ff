"""The process above the app and the checkers. Standard library only; one thread; it never draws.

It starts the app, hands out checker processes, gives the terminal back however the app dies, and passes on its exit
code.

The app speaks to it over a socket, in JSON lines. ``{"op": "checker"}`` is answered by ``{"op": "checker", "pid": N}``
with one descriptor: a socket that is the standard input and output of that checker. ``{"op": "stop", "pid": N}`` stops
the checker with all that it started, and is answered by ``{"op": "stopped", "pid": N}``. When the socket closes, the
app ends; when the app ends, everything that is the supervisor's ends.

Each checker has a keeper: a small process that is its parent and, on Linux, the subreaper of whatever it starts. When
the checker dies, the keeper stops what is left. What the student's own shell started is no keeper's, and is never
touched.
"""
