"""Numbers under which everything that can happen does, within months and among few users."""

TEEMING = {
    "risk_control.fraud.takeover_month_ppm": 40_000,
    "risk_control.appeals.false_claim_ppm": 700_000,
    "risk_control.appeals.error_ppm": 300_000,
    "risk_control.appeals.misjudged_ppm": 700_000,
    "risk_control.login.strange_ppm": 150_000,
    "risk_control.login.passed_ppm": 500_000,
    "risk_control.collection.plan_ppm": 40_000,
    "risk_control.collection.capacity_ppm": 1_000,
    "product.refunds.chance_ppm": 150_000,
    "behaviour.borrowing.ask_after": 1,
    "behaviour.borrowing.ask_ppm": 800_000,
    "behaviour.borrowing.settle_month_ppm": 200_000,
    "behaviour.borrowing.purchase_plan_ppm": 300_000,
    "behaviour.borrowing.bill_plan_ppm": 300_000,
    "behaviour.applying.card_lost_month_ppm": 20_000,
    "product.yearly.cap_ppm": 150_000,
    "behaviour.money.strain_shock": 4_000,
}

# Nobody waits for anybody else: no quota, no capacity, no friends.
ALONE = {
    "product.ways.invitations_ppm": 0,
    "product.ways.friends_weight_ppm": 0,
    "risk_control.collection.capacity_ppm": 0,
    "behaviour.applying.friends_weight_ppm": 0,
}

# Nearly everyone applies within days and is approved.
ADOPTED = {
    "product.rollout": [],
    "behaviour.applying.wish_month_ppm": 1_000_000,
    "behaviour.applying.wallet_start_ppm": 1_000_000,
    "product.gates.pass_mark": 30,
    "product.gates.tenure_days": 0,
    "product.ways.wallet_low_ppm": 800_000,
    "product.ways.wallet_high_ppm": 900_000,
    "product.ways.invitations_ppm": 30_000,
    "product.ways.prompt_ppm": 300_000,
    "product.ways.retry_days": 5,
}

# As in TEEMING, and everyone of age has the line from the first day.
TEEMING_FOR_ALL = TEEMING | {"product.admission": "open_to_all"}


def three_products(plan):
    """Return a plan with three products at once, all events kept; the first pays a yield."""
    terms = {"admission": "open_to_all", "rollout": [], "refunds": {"chance_ppm": 150_000}}
    products = [
        terms | {"name": name, "preset": f"{name}_public"}
        for name in ("fenfu", "huabei", "baitiao")
    ]
    products[0]["plus"] = {"yield_ppb": 50_000}
    products[2]["accounting"] = {"equity_ppm": 150_000, "account_month_fen": 777}
    people = {key: value for key, value in TEEMING.items() if not key.startswith("product.")}
    return plan.with_(product=products, **people | {"output.events_ppm": 1_000_000})
