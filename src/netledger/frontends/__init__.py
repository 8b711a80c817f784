"""The front ends: each makes a Network of one kind of source."""
