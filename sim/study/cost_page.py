"""The measured cost as a page: every figure is a measurement or follows from those beside it."""

from __future__ import annotations

from sim.study.cost import MONTHLY_USERS, Cost, Line, Point

CORES = (16, 128, 1_024)  # of clusters


def page(cost: Cost, users: int = MONTHLY_USERS, days: int = 365) -> str:
    """Return the cost as Markdown: what was measured, the line through it, and where it leads.

    users, days: the run that is extrapolated to.
    """
    line = Line.of(cost)
    parts = [
        "# What a run costs, and what 1.2 billion monthly users would take (R-F5)",
        _head(cost),
        "## Measured",
        _measured(cost),
        "## The line through it",
        _line(cost, line),
        f"## Extrapolated: {users:,} users, {days} days",
        _extrapolated(cost, line, users, days),
    ]
    return "\n\n".join(parts) + "\n"


def _head(cost: Cost) -> str:
    settings = ", ".join(f"`{key} = {_toml(value)}`" for key, value in cost.settings.items())
    changed = f" with {settings}" if settings else ""
    on = ", ".join(f"{key} {value}" for key, value in cost.machine.items())
    return (
        f"`{cost.scenario}`{changed}; each line is one `paylater run` in a process of its own, all "
        f"tables written, final states of all users too. Measured on: {on}.\n"
        "The machine was not idle: processor time is what to go by.\n\n"
        "`paylater plan --cost SCENARIO --out DIR` measures again and writes this page."
    )


COLUMNS = (
    "users",
    "days",
    "how",
    "seconds",
    "processor s",
    "ns a user-day",
    "peak memory, MiB",
    "most disk, MiB",
    "left, MiB",
)


def _measured(cost: Cost) -> str:
    rows = [_table_row(*COLUMNS), "| ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    rows += [_row(point) for point in cost.points]
    rows.append("")
    rows.append("`ns a user-day` is all processor time, start and files included, by user-days.")
    if cost.uncoupled:
        keys = ", ".join(f"`{key} = {_toml(value)}`" for key, value in cost.uncoupled.items())
        rows.append(f"Shard by shard in one process, users must not be coupled: there {keys}.")
    if any(point.cluster for point in cost.points):
        rows.append("Memory and disk of workers are those of the largest process.")
    return "\n".join(rows)


def _table_row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _row(point: Point) -> str:
    how = {
        "whole": "all in memory",
        "no final states": "all in memory, without final states (`output.users_ppm = 0`)",
        "by shards": f"shards of {point.shard_users:,}, one after the other",
        "on two workers": f"`--cluster {point.cluster}`, shards of {point.shard_users:,} that meet "
        "every 72 hours",
    }[point.name]
    each = 1e9 * point.cpu_seconds / point.user_days
    return _table_row(
        f"{point.users:,}",
        f"{point.days}",
        how,
        f"{point.seconds:,.1f}",
        f"{point.cpu_seconds:,.1f}",
        f"{each:,.0f}",
        f"{point.peak_mib:,.0f}",
        f"{point.most_disk_mib:,.1f}",
        f"{point.left_mib:,.1f}",
    )


def _line(cost: Cost, line: Line) -> str:
    check = cost.points_of("by shards")[0]
    told = line.cpu_seconds(check.users, check.days)
    off = 100 * (told / check.cpu_seconds - 1)
    slope = "the slope between the two lengths of the largest run in memory"
    lines = [
        f"- {line.user_day * 1e9:,.1f} ns of processor time a user-day, {slope};",
        f"- {line.user * 1e6:,.2f} us a user whatever the days, by the largest run by shards,",
        f"  {line.serial_user * 1e6:,.2f} of them of the one process that puts shards together;",
        f"- {line.fixed:.1f} s a run.",
    ]
    if cost.points_of("on two workers"):
        lines.append(
            f"- Workers that meet take {line.overhead:.2f} times the processor time a user-day of "
            f"one process, and {line.worker_bytes:,.0f} bytes a user of their shard; a scheduler "
            f"takes {line.task * 1e3:.2f} ms of clock a task."
        )
    lines.append("")
    lines.append(
        f"For the run of {check.users:,} users by shards of {check.shard_users:,}, which it does "
        f"not use, the line says {told:,.1f} s of processor time; measured were "
        f"{check.cpu_seconds:,.1f} s ({off:+.0f} %)."
    )
    return "\n".join(lines)


def _extrapolated(cost: Cost, line: Line, users: int, days: int) -> str:
    large = cost.points_of("by shards")[-1]
    most, left = (
        one / large.users * users / 2**20 for one in (large.most_disk_mib, large.left_mib)
    )
    cores = int(cost.machine["cores"])
    told = (
        f"Not measured: the line, carried on. Processor time "
        f"{_time(line.cpu_seconds(users, days))}; state {cost.row_bytes * users / 2**40:.2f} TiB "
        f"({cost.row_bytes} bytes a user with one account); up to {most:.2f} TiB of disk while it "
        f"runs, {left:.2f} TiB left with final states of all users (`output.users_ppm` takes a "
        "share)."
    )
    shards = f"{-(-users // large.shard_users):,} shards one after the other, nothing coupled"
    rows = [
        _table_row("where", "clock", "memory"),
        "| --- | ---: | --- |",
        _table_row(
            f"this machine, were its {cores} cores free: {shards}",
            _time(line.alone(users, days, cores)),
            f"{large.peak_mib:,.0f} MiB, that of the largest measured",
        ),
    ]
    rows += [
        _table_row(
            f"a cluster of {many:,} such cores, a shard each, meeting every 72 hours",
            _time(line.on_cluster(many, users, days)),
            f"{line.worker_bytes * users / many / 2**30:,.1f} GiB a core",
        )
        for many in (CORES if cost.points_of("on two workers") else ())
    ]
    note = (
        f"Of each clock {_time(users * line.serial_user)} are one process's; the writing of final "
        "states in it falls away with `output.users_ppm = 0`. Users of several products cost more."
    )
    if cost.points_of("on two workers"):
        note += " That a cluster shares its work evenly is assumed beyond two workers."
    return "\n".join([told, "", *rows, "", note])


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:,.0f} s"
    if seconds < 7_200:
        return f"{seconds / 60:,.0f} min"
    return f"{seconds / 3_600:,.1f} h"


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
