"""The analyses: one file per question. An analysis reads the graph or the ledger, and answers with a document."""
