"""A tiny course, made as files, for tests of everything above the reading of files."""

from __future__ import annotations

import os
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
          - exercise: venv/asking
        """,
    "labs/one/reading.md": "# Something to read\n\nRead [this], and `that`.\n",
    "exercises/venv/tiny/exercise.yaml": """\
        title: Tiny
        summary: Hardly anything.
        minutes: 1
        learned: What {name} makes stays made, as `ls` tells.
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
    "exercises/venv/asking/exercise.yaml": """\
        title: Asking
        summary: A question of every form.
        minutes: 1
        steps:
          - id: count
            title: Count
            points: 1
            check:
              question: {ask: "How many?", number: 3, tolerance: 0.5, because: Three., otherwise: "Count them."}
          - id: several
            title: All that fit
            points: 1
            check:
              question:
                ask: Which ones?
                several: true
                choices:
                  - {text: bread, because: It does., right: true}
                  - {text: stone, because: It does not.}
                  - {text: cheese, because: It does., right: true}
          - id: order
            title: In order
            points: 1
            check:
              question: {ask: "What first?", order: [make, activate, install], because: So., otherwise: "Think."}
          - id: word
            title: In a word
            points: 1
            check:
              question: {ask: "Where?", text: "here|there", because: Indeed., otherwise: "Look."}
          - id: essay
            title: In your words
            points: 1
            check:
              question: {ask: "Why?", essay: [names a reason], words: 3}
        """,
    "exercises/venv/asking/guide.md": (
        "# Asking\n\n## count\n\nA.\n\n## several\n\nB.\n\n## order\n\nC.\n\n## word\n\nD.\n\n## essay\n\nE.\n"
    ),
    "exercises/venv/asking/solution.yaml": """\
        count: [{answer: 3.2}]
        several: [{answer: [bread, cheese]}]
        order: [{answer: [make, activate, install]}]
        word: [{answer: there}]
        essay: [{answer: It is because of that}]
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


def hold_slow(course: Path) -> None:
    """Let the check of ``venv/slow`` pass at the moment when whoever writes into its FIFO ``gate`` closes it."""
    exercise = course / "exercises/venv/slow/exercise.yaml"
    exercise.write_text(exercise.read_text().replace("sleep 47", "cat gate"))


def writing_end(fifo: Path) -> int | None:
    """A descriptor to write into a FIFO; None while nobody reads it."""
    try:
        return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None
