"""The demonstration: an invented district with its agencies, plans, visitors and answers, made by the real use-cases.

`build.build_demonstration` makes it on an empty database. `district`, `activities`, `plans` and `voices` hold what is
told; `stories` says in which shape; `days` puts it around today; the other modules make it happen in the right order.
"""
