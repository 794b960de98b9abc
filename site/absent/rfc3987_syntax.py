"""As if the library of this name were not there.

With it jsonschema can check addresses, which nothing here asks for, and would read their grammar first, for a
second in each process.
"""

raise ImportError
