"""What a run must bear, tried at length: `make torture`.

Each part is a module with `trials(share)`, which gives what it tries of: at a share of 1.0 all of it, at .1 about a
tenth, chosen without chance. A trial is called with an empty folder of its own, raises an `AssertionError` where a
promise is not kept, and returns how much it tried. See `tests.torture.trial`; the parts are named in
`tests.torture.__main__`.
"""
