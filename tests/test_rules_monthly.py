"""What users buy by the month beside everyday purchases, and what they pay of every bill alike."""

import pytest
from scripted_user import open_account

from sim.day import OWN_MONEY, WISHES, Environment, Luck, Wishes
from sim.kinds import Place, Standing
from sim.params import params_of
from sim.rules import monthly, mood, repaying
from sim.scenario import from_tree
from sim.user import User

LIMIT, MANY = 2_000_000, 3_000
ORDERS = {"order_users_ppm": 1_000_000, "order_fen": 39_000, "order_sigma_ppm": 0}
SUMS = {"sum_month_ppm": 1_000_000, "sum_fen": 500_000, "sum_sigma_ppm": 0}


def numbers(**behaviour):
    return params_of(from_tree({"run": {"users": 10}, "behaviour": behaviour}))


def wished(p, account, day=40, day_of_month=10, count=0, **user):
    wishes = Wishes(count=count)
    today = Environment(day=day, day_of_month=day_of_month)
    monthly.buy_by_the_month(User(payday=10, **user), [account], today, p, wishes)
    bought = range(count, wishes.count)
    return [(wishes.place[i], wishes.amount[i], wishes.means[i]) for i in bought]


def test_a_standing_order_is_the_same_every_payday_and_nothing_on_other_days():
    p = numbers(monthly=ORDERS | {"order_sigma_ppm": 600_000})
    orders = [wished(p, open_account(), day, user=7) for day in (40, 71, 102)]
    assert orders[0] == orders[1] == orders[2]
    ((place, amount, means),) = orders[0]
    assert (place, means) == (Place.BILLS, 0)
    assert amount != wished(p, open_account(), user=8)[0][1]
    assert wished(p, open_account(), day_of_month=11, user=7) == []


def test_a_share_of_users_has_a_standing_order():
    p = numbers(monthly=ORDERS | {"order_users_ppm": 200_000})
    share = sum(bool(wished(p, open_account(), user=n)) for n in range(MANY)) / MANY
    assert share == pytest.approx(0.2, abs=0.03)  # four standard errors


@pytest.mark.parametrize(
    ("used", "taken"), [(0, 500_000), (1_500_000, 500_000), (1_900_000, 100_000)]
)
def test_of_a_large_sum_as_much_is_wanted_as_the_line_gives(used, taken):
    wanted = wished(numbers(monthly=SUMS), open_account(limit=LIMIT, unbilled=used), full_lean=-1)
    assert wanted == [(Place.ONLINE, taken, 0)]


@pytest.mark.parametrize(
    "account",
    [{"unbilled": LIMIT}, {"missed_count": 1}, {"standing": Standing.NONE.value}],
    ids=["full", "past due", "none"],
)
def test_nothing_by_the_month_where_the_line_gives_nothing(account):
    assert wished(numbers(monthly=ORDERS | SUMS), open_account(limit=LIMIT, **account)) == []


def test_who_leans_towards_paying_in_full_wants_large_sums_less_often():
    p = numbers(monthly=SUMS | {"sum_month_ppm": 400_000, "sum_full_ppm": 250_000})

    def share(lean):
        return sum(bool(wished(p, open_account(), user=n, full_lean=lean)) for n in range(MANY))

    assert share(-1) / MANY == pytest.approx(0.4, abs=0.036)
    assert share(1) / MANY == pytest.approx(0.1, abs=0.022)


def test_who_seldom_buys_wants_large_sums_less_often():
    p = numbers(monthly=SUMS | {"sum_quiet_days": 60})

    def share(rate):
        users = [{"user": n, "rate": rate, "full_lean": -1} for n in range(MANY)]
        return sum(bool(wished(p, open_account(), **user)) for user in users) / MANY

    assert share(1_000_000 // 60 + 1) == 1  # once in sixty days
    assert share(1_000_000 // 600) == pytest.approx(0.1, abs=0.022)


def test_large_sums_are_half_as_frequent_at_a_limit_that_is_given():
    p = numbers(monthly=SUMS | {"sum_limit_fen": LIMIT})

    def share(limit):
        lines = (open_account(limit=limit) for _ in range(MANY))
        return sum(bool(wished(p, a, user=n, full_lean=-1)) for n, a in enumerate(lines)) / MANY

    assert share(LIMIT) == pytest.approx(1 / 2, abs=0.037)  # four standard errors
    assert share(9 * LIMIT) == pytest.approx(1 / 10, abs=0.022)


def test_large_sums_are_as_frequent_as_everyday_purchases_are_wanted():
    p = numbers(monthly=SUMS | {"sum_month_ppm": 500_000})

    def share(demand):
        found = 0
        for n in range(MANY):
            wishes = Wishes()
            today = Environment(day=40, day_of_month=10, demand=demand)
            user = User(user=n, payday=10, full_lean=-1)
            monthly.buy_by_the_month(user, [open_account()], today, p, wishes)
            found += wishes.count
        return found / MANY

    assert share(1_000_000) == pytest.approx(0.5, abs=0.037)
    assert share(400_000) == pytest.approx(0.2, abs=0.03)


def test_a_part_of_a_bill_paid_off_is_drawn_again_the_likelier_the_larger_it_was():
    p = numbers(monthly={"again_ppm": 800_000})

    def drawn(bill, due=0):
        line = {"limit": LIMIT, "statement_total": bill, "statement_due": due}
        many = [wished(p, open_account(**line), user=n) for n in range(MANY)]
        return [amounts[0][1] for amounts in many if amounts]

    whole = drawn(LIMIT)
    assert len(whole) / MANY == pytest.approx(0.8, abs=0.03)
    assert max(whole) < LIMIT
    assert sum(whole) / len(whole) == pytest.approx(LIMIT / 2, rel=0.05)  # any part of it, evenly
    assert len(drawn(LIMIT // 4)) / MANY == pytest.approx(0.2, abs=0.03)
    assert drawn(LIMIT, due=1) == drawn(0) == []


def paid_of(p, limit=900_000, **account):
    user = User(wallet=10**9, prudence=30_000, full_lean=-30_000)
    bill = {"billed": 900_000, "statement_due": 900_000, "minimum_due": 90_000}
    account = open_account(limit=limit, **bill, **account)
    words = [n * 2**32 // MANY for n in range(MANY)]
    return [
        repaying.bill_payment(user, account, Luck(size=w), 90_000, Environment(), p) for w in words
    ]


def test_a_windfall_pays_a_bill_in_full_but_none_that_is_past_due():
    p = numbers(repaying={"windfall_ppm": 1_000_000, "reserve_ppm": 0})
    assert set(paid_of(p)) == {900_000}
    assert set(paid_of(p, missed_count=1)) == {90_000}


def test_a_windfall_is_the_rarer_the_less_of_the_line_is_used():
    p = numbers(repaying={"windfall_ppm": 800_000, "reserve_ppm": 0, "round_band": 0})
    share = paid_of(p, limit=3_600_000).count(900_000) / MANY
    assert share == pytest.approx(0.2, abs=0.03)


def test_the_leaning_towards_paying_in_full_rises_with_the_limit_up_to_one():
    weights = {"full_limit_weight": 40_000, "full_limit_fen": 3_000_000, "round_band": 0}
    p = numbers(repaying=weights | {"reserve_ppm": 0})
    shares = [paid_of(p, limit).count(900_000) / MANY for limit in (900_000, 2_250_000, 3_000_000)]
    # Leanings of -30,000 + 12,000, 30,000 and 40,000 thousandths against logistic noise.
    assert shares[0] == 0
    assert shares[1] == pytest.approx(0.5, abs=0.01)
    assert shares[2] > 0.99
    assert paid_of(p, 9_000_000) == paid_of(p, 3_000_000)


def test_who_was_long_past_due_buys_less_and_nothing_in_the_end():
    p = numbers(spending={"late_past_damp_ppm": 2_000_000, "tight_multiple": 0})
    user = User(wallet=10**9, bank=10**9)

    def level(days):
        account = open_account(late_now=days % 30, late_bins=[30] * (days // 30) + [0] * 6)
        return mood.mood(user, [account], Environment(), p)

    assert [level(days) for days in (0, 9, 45, 90, 150)] == [10**6, 900_000, 500_000, 0, 0]


def test_a_day_holds_no_more_wishes_than_it_can():
    assert wished(numbers(monthly=ORDERS | SUMS), open_account(), count=WISHES) == []
    assert len(wished(numbers(monthly=ORDERS | SUMS), open_account(), count=WISHES - 1)) == 1


def test_of_several_lines_the_roomiest_is_used():
    full, free = open_account(limit=LIMIT, unbilled=LIMIT), open_account(limit=LIMIT)
    assert monthly.roomiest([full, free]) == 1
    assert monthly.roomiest([full, full]) == OWN_MONEY


def paid(p, least, whole=987_654, day=40, number=3):
    return repaying.beyond_minimum(User(user=number), least, whole, Environment(day=day), p)


def test_who_pays_a_fixed_sum_pays_it_of_every_bill():
    fixed = {"fixed_users_ppm": 1_000_000, "fixed_fen": 250_000, "fixed_sigma_ppm": 0}
    p = numbers(repaying={"beyond_sigma_ppm": 600_000, "round_fen": 10_000} | fixed)
    assert [paid(p, 20_000, day=day, number=n) for day in (40, 70) for n in (1, 2)] == [300_000] * 4
    assert paid(p, 300_001) == 400_000  # the minimum is more: the next round sum
    assert paid(p, 20_000, whole=120_000) == 120_000  # never more than the bill


def test_sums_of_a_middle_size_end_in_fifty_yuan_or_five_hundred():
    middle = {"round_up_ppm": 1_000_000, "round_middle_ppm": 1_000_000}
    p = numbers(repaying={"beyond_sigma_ppm": 600_000, "round_fen": 10_000} | middle)
    sums = [paid(p, 100_001, number=n) for n in range(100)]
    assert all(amount % 50_000 == 0 for amount in sums if amount < 987_654)
