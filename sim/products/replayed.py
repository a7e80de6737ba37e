"""What a scripted account came to: tables of its days and statements, text, plot, files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.account import Account

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.scenario.sections import Product

_STATEMENTS = (
    "statement_date",
    "due_date",
    "due_principal_fen",
    "due_interest_fen",
    "due_fee_fen",
    "due_penalty_fen",
    "due_total_fen",
    "minimum_fen",
)
_SHOWN = ("date", "principal_fen", "interest_accrued_fen", "due_fen", "days_past_due")


@dataclass(frozen=True, eq=False)
class Replay:
    """A scripted account, lived.

    days: a row a day at its close, amounts in fen: principal_fen; interest_accrued_fen and
    penalty_accrued_fen, exact and not yet payable (Decimal); interest_on_trial_fen, of the former
    what is dropped if the bill is paid in full; due_fen, what is left to pay of the last bill;
    days_past_due; what was bought, charged and paid (paid_*_fen by kind); refunded_fen went off
    the principal, refund_cash_fen to the user, who owed no more.
    statements: a row a bill: statement_date (it covers the days before), due_date, what is due by
    kind, due_total_fen, minimum_fen; with cycle = order also `order`, from 0.
    reports: a row a month end, as a credit bureau is told: limit, balance, days past due, status.
    """

    days: pd.DataFrame
    statements: pd.DataFrame
    reports: pd.DataFrame
    product: Product
    accounts: tuple[Account, ...]  # as they stand at the close of the last day

    @classmethod
    def of(
        cls,
        product: Product,
        days: list[dict[str, Any]],
        statements: list[dict[str, Any]],
        accounts: list[Account],
    ) -> Replay:
        """Return the tables of rows."""
        import pandas as pd

        daily = pd.DataFrame(days)
        daily["date"] = pd.to_datetime(daily["date"])
        bills = pd.DataFrame(statements, columns=["order", *_STATEMENTS])
        for key in ("statement_date", "due_date"):
            bills[key] = pd.to_datetime(bills[key])
        bills = bills.astype({key: "int64" for key in bills if str(key).endswith("_fen")})
        if len(accounts) <= 1:
            bills = bills.drop(columns="order")
        ends = daily["date"].dt.is_month_end
        reports = daily.loc[ends, ["date", "limit_fen", "principal_fen", "days_past_due"]]
        reports = reports.rename(columns={"principal_fen": "balance_fen"}).reset_index(drop=True)
        late = reports["days_past_due"]
        reports["status"] = [_status(days_late) for days_late in late]
        return cls(daily, bills, reports, product, tuple(accounts))

    def text(self) -> str:
        """Return statements, and the days on which something happened, as readable tables."""
        moved = self.days.filter(
            regex="^(purchases|refund.*|paid_total|.*_charged|written_off)_fen$"
        )
        busy = self.days[moved.ne(0).any(axis=1) | (self.days.index == len(self.days) - 1)]
        shown = busy[
            [
                "date",
                "purchases_fen",
                *(["refunded_fen"] if self.days["refunded_fen"].any() else []),
                "paid_total_fen",
                *_SHOWN[1:],
            ]
        ]
        return "\n".join(
            [
                "Statements, in yuan",
                _in_yuan(self.statements),
                "",
                "Days on which something happened, at their close, in yuan",
                _in_yuan(shown),
            ]
        )

    def plot(self) -> Figure:
        """Return a figure of the balance and of what is due, in yuan, by day."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9, 4.5), layout="constrained")
        axes = figure.subplots()
        days = self.days
        owed = days["principal_fen"] + days["interest_fen"] + days["fee_fen"] + days["penalty_fen"]
        axes.fill_between(days["date"], owed / 100, step="post", alpha=0.3, label="owed")
        due = days["due_fen"] / 100
        axes.step(days["date"], due, where="post", color="C3", label="left of the last bill")
        axes.plot(
            self.statements["due_date"],
            self.statements["due_total_fen"] / 100,
            "o",
            color="C0",
            label="asked for, on its due day",
        )
        axes.set_title(f"{self.product.preset}: a scripted account at the close of each day")
        axes.set_ylabel("yuan")
        axes.set_ylim(bottom=0)
        axes.legend()
        figure.autofmt_xdate()
        return figure

    def json(self) -> str:
        """Return days, statements and reports as JSON; exact accruals as text."""
        import json

        tables = {"days": self.days, "statements": self.statements, "reports": self.reports}
        made = {name: _records(table) for name, table in tables.items()}
        return json.dumps(made, indent=2, default=str)

    def save(self, folder: str | Path) -> list[Path]:
        """Write the tables as Parquet files into a folder, and return their paths."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        tables = {"days": self.days, "statements": self.statements, "reports": self.reports}
        paths = []
        for name, table in tables.items():
            paths.append(folder / f"{name}.parquet")
            table.to_parquet(paths[-1], index=False)
        return paths


def _status(days_late: int) -> str:
    return "no overdue" if days_late == 0 else f"M{(days_late - 1) // 30 + 1}"


def _in_yuan(table: pd.DataFrame) -> str:
    made = table.copy()
    for key in made:
        name = str(key)
        if name.endswith("_fen"):
            exact = "accrued" in name
            made[key] = [f"{fen / 100:,.4f}" if exact else f"{fen / 100:,.2f}" for fen in made[key]]
        elif name.endswith("date"):
            made[key] = made[key].dt.strftime("%Y-%m-%d")
    made.columns = [str(key).removesuffix("_fen") for key in made]
    return made.to_string(index=False) if len(made) else "none"


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    made = table.copy()
    for key in made:
        if str(key).endswith("date"):
            made[key] = made[key].dt.strftime("%Y-%m-%d")
    return [{str(k): v for k, v in row.items()} for row in made.to_dict("records")]
