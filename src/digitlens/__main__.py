"""`python -m digitlens`: the command line, where its own script is not in the path."""

from digitlens.cli.main import main

if __name__ == "__main__":
    main()
