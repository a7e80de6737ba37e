"""Damped Gauss-Newton steps: where they lead, what they leave alone, how sure they are."""

import json
import math

import numpy as np
import pytest

import sim
from sim.calibration import linear, report, stepping
from sim.calibration.fit import posterior_of, trials_of
from sim.calibration.observing import observed
from sim.calibration.search import beginning, place_of
from sim.calibration.statistics import statistics
from sim.calibration.study import Outcome, read_calibration
from sim.scenario import ScenarioError

FREE = {  # with the value that the data are made with
    "behaviour.repaying.beyond_median_ppm": (200_000, 2_000_000, 700_000),
    "population.traits.full_lean.mean": (-6_000, 3_000, 1_000.0),
}
KEYS = (
    "payment_class/share_all_months/full",
    "payment_class/share_all_months/minimum",
    "payment_class/share_all_months/partial",
    "payment_ratio/monthly_payment_rate/2005-06",
    "payment_ratio/monthly_payment_rate/2005-08",
)


@pytest.fixture(scope="module")
def plan(repo):
    return sim.load(repo / "scenarios" / "taiwan_2005.toml")


@pytest.fixture
def write(plan, repo, tmp_path):
    """Return a writer of a study; targets: by key, a value and its standard error."""

    def written(targets, more=""):
        named = {key: {"value": value, "se": se} for key, (value, se) in targets.items()}
        (tmp_path / "targets.json").write_text(json.dumps({"meta": {"clients": 300}} | named))
        lines = [
            f'scenario = "{repo / "scenarios" / "taiwan_2005.toml"}"',
            'targets = "targets.json"',
            "users = 300\ntrials = 1\nbatch = 4\nallowance_ppm = 0\nmost_z = 1000\n",
            f"[gauss_newton]\nrounds = 3\n{more}\n",
        ]
        lines += [f'[[free]]\nkey = "{k}"\nlow = {a}\nhigh = {b}' for k, (a, b, _) in FREE.items()]
        file = tmp_path / "known.toml"
        file.write_text("\n".join(lines))
        return file

    return written


class Known:
    """Trials of a model whose statistics are linear in where the parameters stand."""

    def __init__(self, study, level, by, impossible=lambda _: False):
        self.study, self.level, self.by = study, np.array(level), np.array(by)
        self.impossible, self.done = impossible, 0

    def outcomes(self, batch):
        self.done += len(batch)
        return [self._outcome(trial) for trial in batch]

    def _outcome(self, trial):
        place = np.array([place_of(one, trial[one.key]) for one in self.study.file.free])
        if self.impossible(place):
            return Outcome(self.study.file.most_z, (math.nan,) * len(self.level))
        found = self.level + self.by @ place
        return Outcome(self._loss(found), tuple(found))

    def _loss(self, found):
        z = (found - [t.value for t in self.study.targets.judged]) / 0.1
        return float(np.sqrt(np.mean(np.minimum(np.abs(z), self.study.file.most_z) ** 2)))

    def best(self):
        values = beginning(self.study)
        return values, self._outcome(values)


# Errors of 0.1 in all: those of the data and of the trial's users are alike.
SE = 0.1 / math.sqrt(2)
BY = [[4.0, 0.0], [0.0, 2.0], [1.0, 1.0]]


def places(study, values):
    return np.array([place_of(one, values[one.key]) for one in study.file.free])


def model_of(write, aim, more="", by=BY, **others):
    wanted = np.array(by) @ aim
    study = read_calibration(write({str(k): (v, SE) for k, v in enumerate(wanted)}, more))
    return study, Known(study, np.zeros(len(by)), by, **others)


def test_steps_lead_to_the_known_optimum_of_a_linear_model(write):
    aim = np.array([0.5, 0.9])
    study, model = model_of(write, aim, "reach_ppm = 500_000\ndampings = [0.01]")
    values, outcome, around = stepping.stepped(study, model, model.best())
    np.testing.assert_allclose(places(study, values), aim, atol=1e-3)
    assert outcome.loss < 0.01
    np.testing.assert_allclose(around.by, np.array(BY) / 0.1, rtol=1e-3, atol=1e-6)
    assert model.done + 1 <= trials_of(study)


def test_no_step_leaves_its_reach(write):
    study, model = model_of(write, np.array([-3.0, 4.0]), "reach_ppm = 40_000\nsteps = 1")
    begun = places(study, model.best()[0])
    values, _, _ = stepping.stepped(study, model, model.best())
    found = places(study, values)
    assert found == pytest.approx([begun[0] - 0.12, begun[1] + 0.12], abs=1e-3)


def test_standard_errors_are_those_of_least_squares_within_the_ranges(write):
    study, model = model_of(write, np.array([0.4, 0.6]), "dampings = [0.01]")
    values, _, around = stepping.stepped(study, model, model.best())
    covariance = linear.covariance_of(study, values, around)
    z_by = np.array(BY) / 0.1
    known = np.linalg.inv(z_by.T @ z_by + 12 * np.eye(2))
    widths = np.array([high - low for low, high, _ in FREE.values()])
    assert list(covariance["key"]) == list(FREE)
    np.testing.assert_allclose(
        covariance[list(FREE)].to_numpy(), known * np.outer(widths, widths), rtol=1e-2
    )


def test_draws_are_those_of_the_linear_approximation_within_the_ranges(write):
    more = "dampings = [0.01]\n[posterior]\nlinear = 64"
    study, model = model_of(write, np.array([0.4, 0.99]), more)
    values, _, around = stepping.stepped(study, model, model.best())
    drawn = posterior_of(study, model, values, around)
    covariance = linear.covariance_of(study, values, around).set_index("key")
    assert drawn["weight"].to_numpy() == pytest.approx(1 / 64)
    first, second = FREE
    assert drawn[first].mean() == pytest.approx(values[first], rel=0.01)
    assert drawn[first].var() == pytest.approx(covariance.loc[first, first], rel=0.15)
    assert drawn[second].max() == FREE[second][1]  # cut: beyond would be half of them
    assert 0.2 < (drawn[second] == FREE[second][1]).mean() < 0.6


def test_what_the_model_cannot_meet_widens_the_errors():
    by = np.array(BY) / 0.1
    met = linear.errors(stepping.Slopes(np.zeros(2), np.zeros(3), by))
    missed = linear.errors(stepping.Slopes(np.zeros(2), np.array([0.0, 0.0, 5.0]), by))
    assert (np.diag(missed) > 10 * np.diag(met)).all()  # 25 for one degree of freedom
    unknown = linear.errors(stepping.Slopes(np.zeros(2), np.zeros(3), 0 * by))
    np.testing.assert_allclose(unknown, np.eye(2) / 12)


def test_a_parameter_whose_step_is_impossible_stays_where_it_is(write):
    study, model = model_of(write, np.array([0.5, 0.9]))
    begun = model.best()
    at = places(study, begun[0])
    model.impossible = lambda place: place[1] > at[1] + 1e-6
    values, outcome, around = stepping.stepped(study, model, begun)
    assert places(study, values)[1] <= at[1] + 1e-6
    assert outcome.loss < begun[1].loss
    np.testing.assert_allclose(around.by[:, 1], 0, atol=1e-6)


def test_where_no_population_allows_any_step_nothing_moves(write):
    study, model = model_of(write, np.array([0.5, 0.9]))
    begun = model.best()
    at = places(study, begun[0])
    model.impossible = lambda place: bool(np.abs(place - at).max() > 1e-6)
    values, outcome, around = stepping.stepped(study, model, begun)
    assert (values, outcome) == begun
    assert not around.by.any()


def test_a_target_that_jumps_does_not_lead_the_steps(write):
    study, model = model_of(write, np.array([0.5, 0.9]))
    plain = model._outcome

    def jumps(trial):
        found = plain(trial)
        upward = place_of(study.file.free[0], trial[study.file.free[0].key]) > 0.2
        last = found.statistics[2] + 200.0 * upward * (found.statistics[1] > 0.6)
        return Outcome(found.loss, (*found.statistics[:2], last))

    model._outcome = jumps
    around = stepping.slopes(study, model, stepping.Found(np.array([0.2, 0.3]), model.best()[1]))
    assert (around.by[2] == 0).all()
    assert around.by[0, 0] == pytest.approx(40, rel=0.01)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8, 78])
def test_parameters_are_moved_independently_of_each_other_and_of_a_level(count):
    signs = stepping.design(count)
    level = np.ones((len(signs), 1))
    both = np.hstack([level, signs])
    np.testing.assert_array_equal(both.T @ both, len(signs) * np.eye(count + 1))


def test_slopes_at_a_bound_are_taken_a_step_inside(write):
    study, model = model_of(write, np.array([0.5, 0.9]))
    around = stepping.slopes(study, model, stepping.Found(np.array([0.0, 1.0]), model.best()[1]))
    np.testing.assert_allclose(around.place, [0.02, 0.98])
    np.testing.assert_allclose(around.by, np.array(BY) / 0.1, rtol=1e-2, atol=1e-6)
    at_bound = np.array(BY) @ np.array([0.02 - 0.5, 0.98 - 0.9]) / 0.1
    np.testing.assert_allclose(around.z, at_bound, atol=1e-2)


def test_without_rounds_nothing_is_tried(write):
    study, model = model_of(write, np.array([0.5, 0.9]))
    best = model.best()
    off = study.file.gauss_newton.model_copy(update={"rounds": 0})
    object.__setattr__(study.file, "gauss_newton", off)
    assert stepping.stepped(study, model, best) == (*best, None)
    assert model.done == 0
    assert linear.covariance_of(study, best[0], None).empty
    assert [*report.parameters(best[0], {})] == []


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("dampings = [1.0, 0.0]", "gauss_newton.dampings: wanted numbers above 0"),
        ("dampings = []", "gauss_newton.dampings"),
        ("step_ppm = 600_000", "gauss_newton.step_ppm"),
        ("round = 2", "gauss_newton.round"),
        ("[posterior]\nlinear = 9\ntrials = 9", "posterior.linear: wanted .* of 0 .found 3 and 9"),
    ],
)
def test_wrong_input_is_named_with_its_key(write, more, told):
    with pytest.raises(ScenarioError, match=told):
        read_calibration(write({"limit/mean": (1.0, 0.1)}, more))


@pytest.mark.slow
def test_a_fit_finds_the_parameters_that_the_data_were_made_with(plan, write, tmp_path):
    """Data and trials share their luck, so that nothing but the parameters is between them."""
    truth = {key: value for key, (_, _, value) in FREE.items()}
    known = statistics(observed(plan.with_(users=300, **truth)))
    file = write({key: (known[key], max(0.02 * abs(known[key]), 0.003)) for key in KEYS})
    begun = beginning(read_calibration(file))
    assert all(abs(begun[key] / value - 1) > 0.1 for key, value in truth.items())
    found = sim.calibrate(file, tmp_path / "fit")
    assert found.loss < 0.5
    for key, value in truth.items():
        assert found.best[key] == pytest.approx(value, abs=2 * found.errors[key])
        low, high, _ = FREE[key]
        assert found.errors[key] < 0.1 * (high - low)
