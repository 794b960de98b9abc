"""What `make bench` runs: the library against its peers and against the machine."""
