"""What translators work on: finds every text of the product, and keeps the catalogues.

    python -m languages           renew src/netledger/locale/*/LC_MESSAGES/netledger.po and .mo
    python -m languages --check   say what is missing, and fail if anything is

texts        every text that a reader may see, and where it stands
catalogues   the files of each language
"""
