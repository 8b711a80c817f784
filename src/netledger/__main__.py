"""`python -m netledger`."""

from netledger.commands import main

if __name__ == "__main__":
    main()
