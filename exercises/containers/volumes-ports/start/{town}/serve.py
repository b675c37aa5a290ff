"""John's service: the highest level of the week at /peak, and a line in /log/visits.txt for each visit."""

import csv
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

ADDRESS = "127.0.0.1"
PORT = {room}

with open("/data/levels.csv") as file:
    HIGHEST = max(int(row["level"]) for row in csv.DictReader(file))


class Service(BaseHTTPRequestHandler):
    def do_GET(self):
        with open("/log/visits.txt", "a") as visits:
            print("asked for", self.path, file=visits)
        known = self.path == "/peak"
        self.send_response(200 if known else 404)
        self.end_headers()
        self.wfile.write(f"peak: {HIGHEST}\n".encode() if known else b"Only /peak is here.\n")


os.makedirs("/log", exist_ok=True)
print("John's service listens on", ADDRESS, "port", PORT)
HTTPServer((ADDRESS, PORT), Service).serve_forever()
