"""A tiny course, made as files, for tests of everything above the reading of files."""

from __future__ import annotations

import textwrap
from pathlib import Path

TINY = {
    "labs/course.yaml": 'title: A tiny course\nversion: "1"\nlabs: [one]\n',
    "labs/one/lab.yaml": """\
        title: The lab
        summary: In short.
        minutes: 5
        items:
          - page: reading
          - exercise: venv/tiny
          - exercise: venv/slow
        """,
    "labs/one/reading.md": "# Something to read\n\nRead [this], and `that`.\n",
    "exercises/venv/tiny/exercise.yaml": """\
        title: Tiny
        summary: Hardly anything.
        minutes: 1
        values:
          name: {choose: [ada]}
        steps:
          - id: first
            title: Make it
            points: 4
            check: {file: made}
            diagnose:
              - when: {file: mad}
                say: "You wrote mad, not made."
            hints: [Look., {text: "Closer.", cost: 1}, {text: "Type `touch made`.", cost: 2}]
          - id: ask
            title: Say why
            points: 2
            needs: [first]
            check:
              question:
                ask: Why?
                choices:
                  - {text: This, because: Not this., right: false}
                  - {text: So, because: Just so., right: true}
          - id: last
            title: Be in the folder below
            points: 1
            needs: [first]
            check: {all: [{file: again}, {shell: {folder: below}}]}
        """,
    "exercises/venv/tiny/guide.md": """\
        # Tiny

        Hello {name}.

        ## first

        Make a file.

        ```sh
        touch made
        ls
        ```

        ## ask

        Think.

        ## last

        Do it once more, below.

        ```sh
        cd below
        ```
        """,
    "exercises/venv/tiny/start/below/hello.txt": "Hello {name}.\n",
    "exercises/venv/tiny/solution.yaml": """\
        first:
          - type: touch made
        ask:
          - answer: So
        last:
          - type: cd below && touch ../again
        """,
    "exercises/venv/slow/exercise.yaml": """\
        title: Slow
        summary: A check that takes its time.
        minutes: 1
        steps:
          - id: wait
            title: Wait
            points: 1
            automatic: false
            limit: 60
            check: {command: "sleep 47"}
        """,
    "exercises/venv/slow/guide.md": "# Slow\n\n## wait\n\nWait.\n",
}


def make_course(folder: Path, **changes: str) -> Path:
    """Write the tiny course below a folder; gives that folder. ``changes`` replace whole files, by path."""
    for name, text in (TINY | changes).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return folder
