"""``python3 -m tests``: set up what the tests need, then run them. Words behind it go to pytest."""

import sys


def main():
    # type: () -> int
    from coursekit.bootstrap import ensure

    ensure("dev", "tests")
    import pytest

    return int(pytest.main(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
