"""Tests written with pytest."""

def pytest_test(name, srcs, deps = [], data = [], args = [], **kwargs):
    """Runs Debian's pytest over test files; each test is a case of the JUnit file.

    Args:
      name: of the target.
      srcs: the files that hold tests; helpers such as conftest.py may be among them.
      deps: py_library targets.
      data: files that the tests read, by their path from the top folder.
      args: further arguments of pytest.
      **kwargs: what every py_test takes (size, tags, env, …).
    """
    main = "//tools/targets:pytest_main.py"
    native.py_test(
        name = name,
        srcs = srcs + [main],
        args = ["$(rootpath {})".format(src) for src in srcs] + args,
        data = data,
        main = main,
        python_version = "PY3",
        deps = deps,
        **kwargs
    )
