"""``python -m viewer`` and the command ``wetread``."""

from viewer.cli import program


def main() -> None:
    """Run the command line; ends the process with its exit status."""
    program(prog_name="wetread")


if __name__ == "__main__":
    main()
