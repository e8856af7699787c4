from nnbook.parity import Scenario, ScenarioSpec


def _table(candidate, rec, rows):
    for given in rows:
        value = candidate(**given)
        rec(
            f"size for {', '.join(f'{k}={v!r}' for k, v in given.items())}",
            value if type(value) is int else repr(value),
        )


def _plain(candidate, rec):
    """sizes 1 to 9, kernels 1 to 5"""
    _table(candidate, rec, [{"size": s, "kernel_size": k} for s in range(1, 10) for k in range(1, 6) if k <= s])


def _strides(candidate, rec):
    """strides 2, 3, 4 and 7"""
    _table(
        candidate,
        rec,
        [{"size": s, "kernel_size": k, "stride": t} for s in range(5, 13) for k in (1, 2, 3, 5) for t in (2, 3, 4, 7)],
    )


def _paddings(candidate, rec):
    """paddings 1, 2 and 3"""
    rows = [{"size": s, "kernel_size": k, "padding": p} for s in (3, 4, 7) for k in (1, 3, 4) for p in (1, 2, 3)]
    _table(
        candidate,
        rec,
        [*rows, {"size": 1, "kernel_size": 3, "padding": 1}, {"size": 2, "kernel_size": 7, "padding": 3}],
    )


def _dilations(candidate, rec):
    """dilations 2, 3 and 5"""
    rows = [{"size": s, "kernel_size": k, "dilation": d} for s in (11, 14, 21) for k in (1, 2, 3, 5) for d in (2, 3, 5)]
    _table(candidate, rec, [row for row in rows if row["dilation"] * (row["kernel_size"] - 1) < row["size"]])


def _together(candidate, rec):
    """all options at once, by name and by position; the layers of known networks"""
    rec("size by position", [candidate(32, 3, 2, 1, 1), candidate(28, 5, 1, 2), candidate(17, 3, 3, 0, 2)])
    rows = [
        {"size": s, "kernel_size": k, "stride": t, "padding": p, "dilation": d}
        for s in (9, 16)
        for k in (2, 3)
        for t in (1, 2, 3)
        for p in (0, 1, 2)
        for d in (1, 2, 3)
    ]
    _table(candidate, rec, [*rows, {"size": 224, "kernel_size": 7, "stride": 2, "padding": 3}])


def _words(candidate, rec):
    """padding="valid" and padding="same" """
    rows = [
        {"size": s, "kernel_size": k, "padding": "valid", "stride": t} for s in (7, 8) for k in (2, 3) for t in (1, 2)
    ]
    rows += [
        {"size": s, "kernel_size": k, "padding": "same", "dilation": d}
        for s in (3, 8)
        for k in (1, 2, 5, 9)
        for d in (1, 3)
    ]
    _table(candidate, rec, rows)


def _impossible(candidate, rec):
    """what cannot be"""
    for given in (
        {"size": 8, "kernel_size": 3, "stride": 2, "padding": "same"},
        {"size": 2, "kernel_size": 3},
        {"size": 4, "kernel_size": 3, "dilation": 2},
        {"size": 1, "kernel_size": 4, "padding": 1},
        {"size": 3, "kernel_size": 4, "padding": "valid"},
        {"size": 2, "kernel_size": 9, "stride": 5},
    ):
        rec.error(f"kind of error for {given}", lambda given=given: candidate(**given))


def make(solution):
    return ScenarioSpec(
        solution,
        Scenario("counts the places of a kernel", _plain),
        Scenario(
            "counts every stride-th place", _strides, why="What is left over at the end is not looked at: round down."
        ),
        Scenario("adds the padding on both sides", _paddings),
        Scenario("spreads the kernel by the dilation", _dilations),
        Scenario("takes all options together", _together),
        Scenario("knows the paddings with names", _words),
        Scenario("refuses what cannot be", _impossible),
        twin="the solution",
    )
