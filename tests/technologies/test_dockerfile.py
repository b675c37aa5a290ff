"""Dockerfiles as they are written, and the steps that either builder makes of them."""

from __future__ import annotations

import pytest

from coursekit.technologies.dockerfile import Instruction, fault, instructions, last_stage, layer_of

EACH = [
    ("RUN pip install flask", "/bin/sh -c pip install flask", "RUN /bin/sh -c pip install flask # buildkit"),
    ("RUN  a   &&  b", "/bin/sh -c a   &&  b", "RUN /bin/sh -c a   &&  b # buildkit"),
    ('RUN echo "a b"', '/bin/sh -c echo "a b"', 'RUN /bin/sh -c echo "a b" # buildkit'),
    ('RUN ["python3", "-m", "x"]', "python3 -m x", "RUN python3 -m x # buildkit"),
    ("RUN pip install x", "|1 V=1 /bin/sh -c pip install x", "RUN |1 V=1 /bin/sh -c pip install x # buildkit"),
    ("RUN set -e", "/bin/bash -o pipefail -c set -e", "RUN /bin/bash -euxo pipefail -c set -e # buildkit"),
    ("RUN --mount=type=cache,target=/c --network=none x", "/bin/sh -c x", "RUN /bin/sh -c x # buildkit"),
    ("COPY a.txt /app/", "/bin/sh -c #(nop) COPY file:1f in /app/ ", "COPY a.txt /app/ # buildkit"),
    ("ADD a.tar /", "/bin/sh -c #(nop) ADD file:1f in / ", "ADD a.tar / # buildkit"),
    ("WORKDIR /app", "/bin/sh -c #(nop) WORKDIR /app", "WORKDIR /app"),
    ("ENV A=1 B=2", "/bin/sh -c #(nop)  ENV A=1 B=2", "ENV A=1 B=2"),
    ("env A 1", "/bin/sh -c #(nop)  ENV A=1", "ENV A=1"),
    ("EXPOSE 80", "/bin/sh -c #(nop)  EXPOSE 80", "EXPOSE map[80/tcp:{}]"),
    ("USER app", "/bin/sh -c #(nop)  USER app", "USER app"),
    ("LABEL a=b", "/bin/sh -c #(nop)  LABEL a=b", "LABEL a=b"),
    ("VOLUME /data", "/bin/sh -c #(nop)  VOLUME [/data]", "VOLUME [/data]"),
    ('CMD ["python3", "a.py"]', '/bin/sh -c #(nop)  CMD ["python3" "a.py"]', 'CMD ["python3" "a.py"]'),
    (
        "CMD python3 a.py",
        '/bin/sh -c #(nop)  CMD ["/bin/sh" "-c" "python3 a.py"]',
        'CMD ["/bin/sh" "-c" "python3 a.py"]',
    ),
    ('ENTRYPOINT ["a"]', '/bin/sh -c #(nop)  ENTRYPOINT ["a"]', 'ENTRYPOINT ["a"]'),
]
"""A line, the step of the older builder, the step of BuildKit."""


def one(line: str) -> Instruction:
    [found] = instructions(line)
    return found


@pytest.mark.parametrize(("line", "older", "newer"), EACH)
def test_the_step_of_either_builder(line: str, older: str, newer: str) -> None:
    assert one(line).made(older)
    assert one(line).made(newer)


@pytest.mark.parametrize("line", dict.fromkeys(line for line, _, _ in EACH))
def test_no_other_instructions_step(line: str) -> None:
    word = one(line).word
    for other, older, newer in EACH:
        if one(other).word != word:
            assert not one(line).made(older)
            assert not one(line).made(newer)


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("RUN pip install flask", "/bin/sh -c pip install flask requests"),
        ("RUN pip install flask", '/bin/sh -c echo "pip install flask"'),
        ("RUN pip install flask", "/bin/sh -c echo -c pip install flask"),
        ("RUN pip install flask requests", "/bin/sh -c pip install flask"),
        ("RUN true", "/bin/sh -c #(nop)  LABEL x=true"),
        ('CMD ["cat", "b"]', '/bin/sh -c #(nop)  CMD ["cat" "a"]'),
        ("CMD cat a", '/bin/sh -c #(nop)  CMD ["cat" "a"]'),
        ('ENTRYPOINT ["a"]', 'ENTRYPOINT ["a" "b"]'),
    ],
)
def test_a_step_that_only_looks_like_it(line: str, step: str) -> None:
    assert not one(line).made(step)


LONG = """\
# syntax=docker/dockerfile:1
FROM python:3.11-slim AS build
ARG VERSION=1
RUN apt-get update && \\
    # a remark in the middle

    apt-get install -y \\
    git
RUN <<EOF
FROM is no instruction here
COPY neither
EOF
from --platform=linux/amd64 busybox:1.36
\tCOPY --from=build /a /a
ENV A=1 \\"""


def test_lines_that_go_on_and_stages() -> None:
    found = instructions(LONG)
    assert [(line.line, line.word) for line in found] == [
        (2, "FROM"), (4, "RUN"), (9, "RUN"), (13, "FROM"), (14, "COPY"), (15, "ENV"),
    ]  # fmt: skip
    assert str(found[1]) == "RUN apt-get update && apt-get install -y git"
    base, below = last_stage(LONG)
    assert base == "busybox:1.36"
    assert [str(line) for line in below] == ["COPY --from=build /a /a", "ENV A=1"]
    assert fault(LONG) == ""


@pytest.mark.parametrize("text", ["", "# nothing\n", "\n\n", "\\", "FROM", "RUN x", "FORM x\n", "FROM x\nCOPY a\n"])
def test_what_no_builder_can_read(text: str) -> None:
    assert fault(text)
    last_stage(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("FROM x\n\n# so\nCOPPY a b\n", "line 4: `COPPY` is no word that a builder knows. Was `COPY` meant?"),
        ("FROM x\nRUN a \\\n b\nXYZ\n", "line 4: `XYZ` is no word that a builder knows."),
        ("RUN x\nFROM y\n", "line 1: RUN stands before FROM"),
        ("FROM x\nRUN\n", "line 2: after RUN there is nothing"),
        ("FROM x\nCOPY --chown=1 a\n", "line 2: COPY needs two things"),
        ("FROM x\nCMD ['python', 'a.py']\n", "line 2: in the list after CMD, each word needs double quotes"),
        ('FROM x\nCMD ["python" "a.py"]\n', "line 2: in the list after CMD"),
    ],
)
def test_the_line_is_named(text: str, said: str) -> None:
    assert fault(text).startswith(said)


@pytest.mark.parametrize("text", ["ARG V=1\nFROM x:$V\nRUN [ -f /a ] && b\n", "from x\ncmd a\n", "FROM x\nCMD []\n"])
def test_what_a_builder_can_read(text: str) -> None:
    assert fault(text) == ""


@pytest.mark.parametrize(
    ("line", "brings"),
    [
        ("COPY . .", True),
        ("COPY ./ /app/", True),
        ("ADD *.csv ./", True),
        ("COPY a.py data.csv ./", True),
        ('COPY ["./data.csv", "/app/"]', True),
        ("COPY --chown=1:1 data.csv /", True),
        ("COPY a.py data.csv", False),
        ("COPY --from=build data.csv ./", False),
        ("RUN cp data.csv ./", False),
    ],
)
def test_which_files_come_in(line: str, brings: bool) -> None:
    assert one(line).brings("data.csv") is brings


def test_the_words_of_a_list_and_of_a_shells_line() -> None:
    assert one('CMD ["python", "a b.py"]').words == one("CMD python 'a b.py'").words == ["python", "a b.py"]
    assert one("CMD it's").words == ["it's"]


@pytest.mark.parametrize(
    "history",
    [
        [
            "CMD [a]",
            "COPY . . # buildkit",
            "RUN /bin/sh -c pip install x # buildkit",
            "COPY x . # buildkit",
            "ADD base",
        ],
        ['/bin/sh -c #(nop)  CMD ["a"]', "/bin/sh -c #(nop) COPY file:1 in . ", "|1 V=1 /bin/sh -c x", "COPY", "base"],
    ],
)
def test_the_layers_that_a_step_needs(history: list[str]) -> None:
    assert [layer_of(step, history, layers=4) for step in range(4)] == [4, 4, 3, 2]
