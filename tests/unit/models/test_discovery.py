import numpy as np
import pytest

from models.discovery import decide, fit_tail, placebo_p_values, placebo_ranks, q_values


def test_ranks_by_hand() -> None:
    # pool 1..9: at or above 9.5 none, 1/10; at or above 9 one, 2/10; at or above 0 all, 10/10
    assert placebo_ranks([9.5, 9.0, 0.0], range(1, 10)).tolist() == pytest.approx([0.1, 0.2, 1.0])


def test_unknown_score_has_no_p_and_unknown_placebos_do_not_count() -> None:
    got = placebo_ranks([np.nan, 5.0], [1.0, np.nan, 2.0])
    assert np.isnan(got[0])
    assert got[1] == pytest.approx(1 / 3)
    assert placebo_ranks([5.0], []).tolist() == [1.0]


def test_hochberg_and_yekutieli_by_hand() -> None:
    # p .01 .02 .03 .5, n 4: .04, .04, .04, .5; Yekutieli times 1 + 1/2 + 1/3 + 1/4 = 25/12
    p = [0.03, 0.5, 0.01, 0.02]
    assert q_values(p, method="benjamini_hochberg").tolist() == pytest.approx([0.04, 0.5, 0.04, 0.04])
    assert q_values(p).tolist() == pytest.approx([0.04 * 25 / 12, 1.0, 0.04 * 25 / 12, 0.04 * 25 / 12])
    assert decide(p, level=0.1).tolist() == [True, False, True, True]


def test_untested_do_not_count() -> None:
    q = q_values([0.01, np.nan])
    assert q[0] == pytest.approx(0.01)
    assert np.isnan(q[1])
    assert decide([np.nan], level=0.1).tolist() == [False]
    assert q_values([]).size == 0


def test_tail_carries_on_below_the_smallest_rank_and_stays_in_order() -> None:
    pool = np.random.default_rng(1).standard_t(4, 2_000)
    scores = np.array([1.0, 3.0, 6.0, 12.0, 30.0])
    p = placebo_p_values(scores, pool)
    assert np.all(np.diff(p) < 0)
    assert p[-1] < 1 / 2_001
    assert p[0] == placebo_ranks([1.0], pool)[0]  # inside the pool the ranks speak


def test_tail_is_about_right_on_a_known_law() -> None:
    # of Student's t with 4 degrees of freedom, 0.0001 lies above 13.03
    found = [placebo_p_values([13.03], np.random.default_rng(s).standard_t(4, 2_000))[0] for s in range(40)]
    assert 0.00003 < float(np.median(found)) < 0.0004


def test_a_small_pool_does_not_tell_of_one_in_a_million() -> None:
    def p_of(n: int) -> float:
        pool = -0.1 * np.log(1.0 - (np.arange(n) + 0.5) / n)  # even steps of an exponential law with mean 0.1
        return float(placebo_p_values([1.53], pool, overlap=True)[0])

    # a tail of thirteen tells less than one of three thousand, and of both less than the law itself, exp(-15.3) = 2e-7
    assert p_of(130) > 1 / 13_100  # a hundredth of its smallest rank
    assert 2e-7 < p_of(30_000) < 3e-5


def test_small_or_flat_pool_has_no_tail() -> None:
    assert fit_tail(np.arange(50.0)) is None
    assert fit_tail(np.zeros(500)) is None
    assert placebo_p_values([9.0], np.zeros(500)).tolist() == pytest.approx([1 / 501])


def test_false_discoveries_stay_below_the_level_on_noise() -> None:
    rng = np.random.default_rng(7)
    runs = [
        decide(placebo_p_values(rng.standard_t(4, 50), rng.standard_t(4, 2_000)), level=0.1).any() for _ in range(200)
    ]
    assert np.mean(runs) <= 0.1
