"""The parts of an explanation as lines of text."""

from __future__ import annotations

from typing import Any

from sim.explain.yuan import percent, plain, yuan

Part = dict[str, Any]
FRIENDS = {
    "friends_good_percent": "have the line in good standing",
    "friends_active_percent": "have the line",
    "friends_late_percent": "are past due with it",
}


def head(values: Part) -> list[str]:
    """Return who, when, and where the account stands."""
    who, account = values["who"], values["account"]
    work = "at work" if who["employed"] else "without work"
    lines = [
        f"User {who['user']} of {values['run']} at the close of {who['date']} (day {who['day']})",
        f"{plain(who['status'])}, {who['age_years']} years, {plain(who['segment'])}, {work}",
        f"wallet {yuan(who['wallet_fen'])}, bank {yuan(who['bank_fen'])} yuan",
    ]
    seen = [f"{who[key]} of 100 {words}" for key, words in FRIENDS.items() if key in who]
    if seen:
        lines.append(f"friends, as last seen: {', '.join(seen)}")
    if who["policies"]:
        lines.append(f"policies in force: {', '.join(who['policies'])}")
    which = f" with {account['product']}" if "product" in account else ""
    standing = f"account{which}: {plain(account['standing'])}"
    if account["opened_date"]:
        standing += f", opened {account['opened_date']} by {plain(account['way_in'])}"
    if account["hold"] != "none":
        standing += f"; frozen since day {account['held_since_day']}: {plain(account['hold'])}"
    limit, drawn = yuan(account["limit_fen"]), yuan(account["principal_fen"])
    return [*lines, standing, f"limit {limit}, drawn {drawn}, left {yuan(account['left_fen'])}"]


def gates(found: list[Part]) -> list[str]:
    """Return each gate with value, needed, and whether it is open."""
    return [
        f"{plain(gate['gate']):<22} {_value(gate['value']):>11}"
        f"  {plain(gate['bound']):<8} {_value(gate['needed']):>11}"
        f"  {'open' if gate['passed'] else 'SHUT'}  ({gate['rule']})"
        for gate in found
    ]


def score(found: Part | None) -> list[str]:
    """Return the score item by item, and the chance of approval by each way in."""
    if found is None:
        return []
    lines = [
        f"{plain(item['item']):<22} {_worth(item, 'value'):>11}  needed {_worth(item, 'needed'):>9}"
        f"  {item['milli_points'] / 1_000:6.2f} of {item['weight_points']} points"
        for item in found["items"]
    ]
    total, mark = found["milli_points"] / 1_000, found["pass_mark_points"]
    chances = [f"{way} {percent(ppm)}" for way, ppm in found["approval_ppm"].items()]
    return [*lines, f"{total:.2f} of {mark} needed; chance of approval: {', '.join(chances)}"]


def statement(found: Part) -> list[str]:
    """Return the last bill, what is owed, and what has accrued."""
    lines = ["no bill so far" if found["bill"] is None else _bill(found["bill"])]
    lines.append(
        f"owed {yuan(found['owed_fen'])}: since the last bill {yuan(found['since_last_bill_fen'])},"
        f" on the bill {yuan(found['on_bill_fen'])}, carried {yuan(found['carried_fen'])},"
        f" instalments to come {yuan(found['instalments_to_come_fen'])}"
    )
    lines.append(
        f"posted and unpaid: interest {yuan(found['interest_fen'])},"
        f" penalty {yuan(found['penalty_fen'])}, fees {yuan(found['fees_fen'])}"
    )
    lines.append(
        f"accrued, in fen: interest {found['accrued_interest_fen']},"
        f" in grace {found['accrued_in_grace_fen']},"
        f" before the bill {found['accrued_before_bill_fen']},"
        f" penalty {found['accrued_penalty_fen']}"
    )
    if found["days_past_due"] or found["missed"]:
        late, amount = found["days_past_due"], yuan(found["past_due_fen"])
        lines.append(f"{late} days past due with {amount}")
    return lines


def _bill(bill: Part) -> str:
    left, least = yuan(bill["left_fen"]), yuan(bill["minimum_left_fen"])
    dates = f"cut {bill['cut_date']}, due {bill['due_date']}, grace to {bill['grace_end_date']}"
    return f"bill of {yuan(bill['total_fen'])} {dates}: {left} left, minimum {least} left"


def warnings(found: Part) -> list[str]:
    """Return the warnings of the day and the numbers behind them."""
    raised = ", ".join(plain(level) for level in found["raised"]) or "none"
    lines = [f"raised today: {raised}"]
    if found["week"] is not None:
        lines.append(_week(found["week"]))
    if found["damped_days_left"]:
        lines.append(f"a message damps spending for {found['damped_days_left']} more days")
    if found["login_looked_at"] is not None:
        strange = "a strange place" if found["login_looked_at"] else "a known place"
        lines.append(f"login looked at before a large purchase: from {strange} (R-W2)")
    return lines


def _week(week: Part) -> str:
    seven, ninety = yuan(week["mean_7_days_fen"]), yuan(week["mean_90_days_fen"])
    means = f"{seven} a day in 7 days, {ninety} in 90"
    verdict = "a jump (R-W1)" if week["jumped"] else "no jump (R-W1)"
    if week["spread_of_weeks_fen"] is None:
        return f"{means}: not {percent(week['rise_needed_ppm'])} more, {verdict}"
    spreads, one = week["spreads_needed_ppm"] / 1_000_000, yuan(week["spread_of_weeks_fen"])
    excess = yuan(week["excess_of_week_fen"])
    return f"{means}: {excess} more a week, against {spreads:g} spreads of {one}: {verdict}"


def _worth(item: Part, which: str) -> str:
    """Return what an item counts, in points, yuan, or as it is."""
    if item["item"] == "payment_score":
        return f"{item[which] / 1_000:,.3f}"
    return yuan(item[which]) if item["item"] == "kept" else f"{item[which]:,}"


def _value(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"
