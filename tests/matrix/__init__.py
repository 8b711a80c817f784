"""The same networks written for every front end: see test_matrix."""
