"""The data sets: shapes, ranges, and that the same call gives the same data."""

import subprocess
import sys

import pytest
import torch

from nnbook.data import batches, digits, moons


def test_digits_have_the_promised_shapes_and_ranges():
    train, test = digits()
    assert train.inputs.shape == (1400, 1, 8, 8)
    assert test.inputs.shape == (397, 1, 8, 8)
    assert train.labels.shape == (1400,) and test.labels.shape == (397,)
    for part in (train, test):
        assert part.inputs.dtype == torch.float32 and part.labels.dtype == torch.int64
        assert part.inputs.min() == 0 and part.inputs.max() == 1
        assert part.labels.unique().tolist() == list(range(10))


def test_every_digit_is_split_in_the_same_shares():
    train, test = digits()
    taken = train.labels.bincount()
    expected = (taken + test.labels.bincount()) * 1400 / 1797
    assert (taken - expected).abs().max() <= 1


def test_the_split_holds_every_image_once():
    from sklearn.datasets import load_digits

    train, test = digits(dtype=torch.float64)
    pixels, labels = load_digits(return_X_y=True)
    rows = torch.cat([train.inputs, test.inputs]).flatten(1) * 16
    ours = torch.cat([rows, torch.cat([train.labels, test.labels])[:, None].double()], dim=1)
    theirs = torch.cat([torch.tensor(pixels), torch.tensor(labels)[:, None].double()], dim=1)
    assert sorted(ours.tolist()) == sorted(theirs.tolist())


def test_digits_are_the_same_each_time_and_take_a_dtype():
    first, again = digits(), digits(dtype=torch.float64)
    assert again.train.inputs.dtype == torch.float64 and again.train.labels.dtype == torch.int64
    assert torch.equal(first.train.inputs.double(), again.train.inputs)  # sixteenths are exact in both
    assert torch.equal(first.test.labels, again.test.labels)


def test_digits_do_not_touch_the_global_generator():
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    digits(), moons(10, 0.1, 0), list(batches(torch.zeros(4), torch.zeros(4), 2, 0))
    assert torch.equal(torch.rand(2), expected)


@pytest.mark.parametrize("n, size, lengths", [(10, 4, [4, 4, 2]), (8, 4, [4, 4]), (3, 5, [3]), (0, 4, [])])
def test_batches_hold_every_example_once(n, size, lengths):
    x, y = torch.arange(n), torch.arange(n) * 10
    seen = list(batches(x, y, size, seed=1))
    assert [len(a) for a, _ in seen] == lengths
    assert all(torch.equal(a * 10, b) for a, b in seen)
    assert sorted(v for a, _ in seen for v in a.tolist()) == list(range(n))


def test_batches_follow_the_seed():
    def order(seed):
        return [a.tolist() for a, _ in batches(torch.arange(50), torch.arange(50), 8, seed)]

    assert order(1) == order(1)
    assert order(1) != order(2)


def test_batches_refuse_nonsense_at_once():
    with pytest.raises(ValueError, match="one row per example"):
        batches(torch.zeros(3), torch.zeros(4), 2, 0)
    with pytest.raises(ValueError, match="batch_size"):
        batches(torch.zeros(3), torch.zeros(3), 0, 0)


def test_moons_lie_on_their_circles():
    x, y = moons(101, noise=0.0, seed=0)
    assert x.shape == (101, 2) and x.dtype == torch.float32
    assert y.dtype == torch.int64 and y.bincount().tolist() == [51, 50]
    upper, lower = x[y == 0], x[y == 1]
    torch.testing.assert_close(upper.norm(dim=1), torch.ones(51))
    torch.testing.assert_close((lower - torch.tensor([1.0, 0.5])).norm(dim=1), torch.ones(50))
    assert (upper[:, 1] >= -1e-6).all() and (lower[:, 1] <= 0.5 + 1e-6).all()


def test_moons_noise_and_seed():
    clean, noisy = moons(2000, 0.0, 0), moons(2000, 0.25, 0)
    assert abs((noisy.inputs - clean.inputs).std().item() - 0.25) < 0.02
    assert torch.equal(noisy.inputs, moons(2000, 0.25, 0).inputs)
    assert not torch.equal(noisy.inputs, moons(2000, 0.25, 1).inputs)
    for bad in ({"n": -1}, {"noise": -0.1}):
        with pytest.raises(ValueError):
            moons(**bad)


def test_importing_the_data_loads_no_scikit_learn():
    code = "import sys, nnbook.data; nnbook.data.moons(); sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_the_same_data_on_cuda():
    here, there = digits(), digits(device="cuda")
    assert there.train.inputs.is_cuda and torch.equal(there.train.inputs.cpu(), here.train.inputs)
    for (a, b), (c, d) in zip(batches(*here.train, 64, 5), batches(*there.train, 64, 5), strict=True):
        assert c.is_cuda and torch.equal(a, c.cpu()) and torch.equal(b, d.cpu())
