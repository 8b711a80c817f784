"""The core: pure, standard library only; it knows no operator, convention, framework or format."""
