"""The one error that this folder's programs end with, exit status 2."""


class Failure(Exception):
    """What could not be done, and what would be right."""
