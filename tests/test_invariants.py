"""Whatever a user buys and pays on whatever days, the books of the account hold."""

from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_user import YUAN, Life

from sim.account import charges, days_past_due, owed, past_due, principal
from sim.kinds import AutoDebit, Flow, Outcome, Place, Standing

PLACES = [place.value for place in Place]
DAYS = st.lists(
    st.tuples(
        st.integers(1, 35),  # days until then
        st.lists(st.tuples(st.sampled_from(PLACES), st.integers(1, 700_000)), max_size=3),
        st.one_of(st.just(0), st.integers(1, 2_000_000)),
    ),
    min_size=1,
    max_size=12,
)


def money(life):
    return life.user.wallet + life.user.bank


def check(life, before, today):
    """Check one day of an account: flows against state, and what must always hold."""
    account = life.account
    flow = today.flow
    drawn, kept = before["principal"], principal(account)
    assert kept == (
        drawn
        + flow[Flow.PURCHASES]
        - flow[Flow.PRINCIPAL_REPAID]
        - flow[Flow.PRINCIPAL_WRITTEN_OFF]
    )
    added = flow[Flow.INTEREST_CHARGED] + flow[Flow.PENALTY_CHARGED] + flow[Flow.FEES_CHARGED]
    gone = flow[Flow.INTEREST_REPAID] + flow[Flow.PENALTY_REPAID] + flow[Flow.FEES_REPAID]
    gone += flow[Flow.INTEREST_WRITTEN_OFF] + flow[Flow.PENALTY_WRITTEN_OFF]
    gone += flow[Flow.FEES_WRITTEN_OFF]
    assert charges(account) == before["charges"] + added - gone
    repaid = flow[Flow.PRINCIPAL_REPAID] + flow[Flow.INTEREST_REPAID]
    repaid += flow[Flow.PENALTY_REPAID] + flow[Flow.FEES_REPAID]
    assert money(life) == before["money"] - repaid - flow[Flow.SPENT_OWN]
    assert sum(today.credit) == flow[Flow.PURCHASES]

    parts = (account.unbilled, account.billed, account.carried, account.overdue)
    assert min(*parts, account.interest, account.penalty, account.accrued) >= 0
    assert account.overdue <= account.carried
    assert account.minimum_due <= account.statement_due <= owed(account)
    assert past_due(account) <= owed(account)
    assert (past_due(account) > 0) == (account.missed_count > 0)
    assert min(life.user.wallet, life.user.bank) >= 0
    for nano in (account.accrued_nano, account.grace_nano, account.penalty_nano):
        assert 0 <= nano < 10**9

    late = days_past_due(account, life.day - 1)
    assert late < 180
    approved = sum(today.outcome[place * len(Outcome) + Outcome.APPROVED] for place in PLACES)
    if before["standing"] in {Standing.BLOCKED, Standing.SUSPENDED, Standing.CHARGED_OFF}:
        assert approved == 0
    if late > 30:
        assert (account.standing, account.limit) == (Standing.SUSPENDED, 0)
    if account.standing == Standing.CHARGED_OFF:
        assert owed(account) == account.limit == 0


@settings(max_examples=150)
@given(script=DAYS, auto=st.sampled_from(list(AutoDebit)), bank=st.integers(0, 50_000 * YUAN))
def test_the_books_of_an_account_hold_on_every_day(script, auto, bank):
    life = Life(auto_debit=auto.value, bank=bank)
    for wait, buy, pay in script:
        for day in range(wait):
            account = life.account
            before = {
                "principal": principal(account),
                "charges": charges(account),
                "money": money(life),
                "standing": account.standing,
            }
            today = life.live(buy, pay) if day == wait - 1 else life.live()
            check(life, before, today)


@settings(max_examples=60)
@given(script=DAYS)
def test_a_purchase_never_goes_beyond_the_limit(script):
    life = Life()
    for wait, buy, _ in script:
        for _ in range(wait - 1):
            life.live()
        for place, fen in buy:
            limit, held = life.account.limit, principal(life.account)
            if life.live([(place, fen)]).flow[Flow.PURCHASES]:
                assert held + fen <= max(limit, life.account.limit)
