"""The only player of solution.yaml and wrong/*.yaml: proves that an exercise's checks are right by doing them."""
