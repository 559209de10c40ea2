"""`python -m gridplane`."""

from gridplane.app import main

if __name__ == "__main__":
    main()
