"""The limit of an explanation as lines of text, term by term."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.explain.yuan import percent, plain, yuan

Part = dict[str, Any]


def limit(found: Part) -> list[str]:
    """Return what set the limit, and the last assessment term by term."""
    lines = [f"{yuan(found['limit_fen'])} yuan, {_set_by(found)}"]
    if found["assessment"] is not None:
        lines += _assessment(found["assessment"])
    return lines


_WHY = {
    "opening": "the account was opened",
    "clock": "the 72 hours were over (R-L6)",
    "major_purchase": "of a major purchase (R-L7)",
    "request": "the user asked for more (R-L9)",
}


def _set_by(found: Part) -> str:
    if found["set_by"] == "no_account":
        return "since there is no account"
    if found["set_by"] == "given":
        return "as the user began the run"
    cause = plain(found["set_by"])
    return f"set by {cause} on {found['set_date']} (day {found['set_day']})"


def _assessment(found: Part) -> Iterator[str]:
    base, spending, deposit = found["base"], found["spending"], found["deposit"]
    grade = found["grade"]
    yield f"last assessed on {found['date']} (day {found['day']}), because {_WHY[found['why']]}"
    points, each = base["score_milli_points"] // 1_000, yuan(base["fen_per_point"])
    yield f"base      {points} points x {each} = {yuan(base['fen'])}  (R-L1)"
    yield (
        f"          {_factor(base['factor_ppm'])}: {base['on_time_bills']} bills in time in a row,"
        f" worst lapse {base['lapse_days']} days = {yuan(base['with_factor_fen'])}  (R-L4)"
    )
    month = yuan(spending["spent_90_days_fen"] // 3)
    rate = percent(spending["rate_ppm"])
    yield f"spending  {month} a month x {rate} = {yuan(spending['fen'])}  (R-L2)"
    yield (
        f"          {_factor(spending['factor_ppm'])}: {spending['payments_90_days']} payments"
        f" in 90 days = {yuan(spending['with_factor_fen'])}  (R-L4)"
    )
    cap = "" if deposit["cap_fen"] is None else f", at most {yuan(deposit['cap_fen'])}"
    mean, rate = yuan(deposit["wallet_mean_fen"]), percent(deposit["rate_ppm"])
    yield f"deposits  {mean} in the wallet x {rate}{cap} = {yuan(deposit['fen'])}  (R-L3)"
    yield from _grade(grade)
    yield f"sum less haircut, at most {yuan(found['maximum_fen'])} = {yuan(found['formula_fen'])}"
    if found["sisters_fen"] > 0:
        yield f"less {yuan(found['sisters_fen'])} owed to sister products  (R-F2)"
    if found["standing"] not in {"open", "blocked"}:
        yield f"the account is {plain(found['standing'])}: 0.00"
    elif found["no_increase"]:
        kept = yuan(found["limit_before_fen"])
        yield f"no increase above {kept} while blocked or frozen: {yuan(found['result_fen'])}"


def _grade(found: Part) -> Iterator[str]:
    late = f"{found['late_days_of_180']} days late of 180: {found['late_points']}"
    drawn, of = yuan(found["principal_fen"]), yuan(found["of_limit_fen"])
    debt, income = yuan(found["debt_elsewhere_fen"]), yuan(found["verified_income_year_fen"])
    paid = f"{percent(found['paid_of_bills_per_mille'] * 1_000)} of bills paid"
    yield f"risk      {late} points  (R-L5)"
    yield f"          {drawn} drawn of {of}: {found['used_points']} points"
    yield f"          {debt} owed elsewhere, income {income} a year: {found['debt_points']} points"
    yield f"          {paid}: {found['pay_down_points']} points"
    haircut = percent(found["haircut_ppm"])
    yield f"          {found['points']} points are grade {found['grade']}: haircut {haircut}"


def _factor(ppm: int) -> str:
    return f"{'+' if ppm >= 0 else '-'}{percent(abs(ppm))}"
