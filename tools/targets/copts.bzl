"""Warnings that are errors in code of ours (and not in other people's)."""

PLUMBLINE_COPTS = [
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Wshadow",
    "-Werror",
]

PLUMBLINE_CXXOPTS = PLUMBLINE_COPTS + [
    "-Wnon-virtual-dtor",
    "-Woverloaded-virtual",
]
