"""`python -m ablation` is the command `ablation`."""

from ablation.cli import main

if __name__ == "__main__":
    main()
