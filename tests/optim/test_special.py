"""The optimizers that ask for something special: sparse gradients, a closure, matrices; and small things of others."""

import copy
import warnings

import pytest
import torch

from nnbook import optim

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)] if torch.cuda.is_available() else ["cpu"]


def same(a, b, **tolerance):
    """Nested states hold the same: kinds, keys and numbers."""
    if isinstance(a, torch.Tensor):
        torch.testing.assert_close(a, b, **tolerance)
    elif isinstance(a, dict):
        assert list(a) == list(b)
        for key in a:
            same(a[key], b[key], **tolerance)
    elif isinstance(a, list):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            same(x, y, **tolerance)
    else:
        assert type(a) is type(b) and a == pytest.approx(b)


# ----------------------------------------------------------------------------------------------------- sparse gradients


def embedding_gradient(n, shape, sparse_dims=1, dtype=torch.float64):
    """Rows that come twice, rows that never come, and a stored row of zeros."""
    generator = torch.Generator().manual_seed(n)
    rows = torch.stack([torch.randint(0, size - 1, (5,), generator=generator) for size in shape[:sparse_dims]])
    values = torch.randn(5, *shape[sparse_dims:], generator=generator, dtype=torch.float64).to(dtype)
    values[0] = 0
    return torch.sparse_coo_tensor(rows, values, shape, check_invariants=True)


SPARSE = [
    ("SparseAdam", {}),
    ("SparseAdam", {"lr": 0.1, "betas": (0.5, 0.7), "eps": 0.1, "maximize": True}),
    ("SparseAdam", {"lr": torch.tensor(0.1)}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.3, "initial_accumulator_value": 0.2}),
    ("Adagrad", {"lr": 0.1, "maximize": True}),
    ("SGD", {"lr": 0.1, "maximize": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("shape, sparse_dims", [((7, 3), 1), ((6,), 1), ((5, 4), 2), ((5, 4, 2), 2)])
@pytest.mark.parametrize("name, options", SPARSE, ids=str)
def test_sparse_gradients(name, options, shape, sparse_dims, device):
    ours, theirs = (torch.ones(shape, dtype=torch.float64, device=device, requires_grad=True) for _ in range(2))
    mine, reference = getattr(optim, name)([ours], **options), getattr(torch.optim, name)([theirs], **options)
    for n in range(6):
        if n == 3:  # either loads the other's
            saved = copy.deepcopy((mine.state_dict(), reference.state_dict()))
            reference.load_state_dict(saved[0])
            mine.load_state_dict(saved[1])
        for p, optimizer in ((ours, mine), (theirs, reference)):
            p.grad = embedding_gradient(n, shape, sparse_dims).to(device)
            before = p.grad.to_dense()
            optimizer.step()
            assert torch.equal(p.grad.to_dense(), before)
        torch.testing.assert_close(ours, theirs, rtol=1e-7 if "lr" in options else 1e-11, atol=1e-12)
    assert (ours.detach()[-1] == 1).all()  # a row that no gradient named
    if name != "SGD":
        same(mine.state_dict()["state"], reference.state_dict()["state"], rtol=1e-7, atol=1e-9)


def test_sparse_adam_skips_an_empty_gradient_but_counts_it():
    results = []
    for module in (optim, torch.optim):
        p = torch.ones(4, 2, requires_grad=True)
        optimizer = module.SparseAdam([p])
        for rows in ([], [1], [], [1, 2]):
            index = torch.tensor([rows], dtype=torch.long)
            p.grad = torch.sparse_coo_tensor(index, torch.ones(len(rows), 2), (4, 2), check_invariants=True)
            optimizer.step()
        results.append((p.detach(), optimizer.state[p]["step"]))
    torch.testing.assert_close(results[0][0], results[1][0])
    assert results[0][1] == results[1][1] == 4


@pytest.mark.parametrize(
    "options", [{"lr": 0.0}, {"lr": -1.0}, {"eps": 0.0}, {"betas": (1.0, 0.5)}, {"betas": (0.5, -0.1)}]
)
def test_sparse_adam_refuses(options):
    for module in (optim, torch.optim):
        with pytest.raises(ValueError, match="Invalid"):
            module.SparseAdam([torch.ones(2, requires_grad=True)], **options)


def test_sparse_adam_refuses_tensors_of_the_wrong_kind():
    for module in (optim, torch.optim):
        with pytest.raises(ValueError, match="requires dense parameter"):
            module.SparseAdam([torch.zeros(3, layout=torch.sparse_coo)])
        with pytest.raises(ValueError, match="complex"):
            module.SparseAdam([torch.zeros(3, dtype=torch.complex64)])
        p = torch.ones(2, requires_grad=True)
        p.grad = torch.ones(2)
        with pytest.raises(RuntimeError, match="does not support dense gradients"):
            module.SparseAdam([p]).step()


def test_adagrad_refuses_decay_of_sparse_gradients():
    for module in (optim, torch.optim):
        p = torch.ones(7, 3, dtype=torch.float64, requires_grad=True)
        p.grad = embedding_gradient(0, (7, 3))
        with pytest.raises(RuntimeError, match="weight_decay"):
            module.Adagrad([p], weight_decay=0.1).step()


# --------------------------------------------------------------------------------------------------------------- others


def test_adagrad_starts_before_the_first_step():
    for dtype, start in ((torch.float32, 0.5), (torch.complex64, 0.5 + 0.5j)):
        results = []
        for module in (optim, torch.optim):
            p, later = (torch.ones(2, dtype=dtype, requires_grad=True) for _ in range(2))
            optimizer = module.Adagrad([p], initial_accumulator_value=0.5)
            assert (optimizer.state[p]["sum"] == start).all() and optimizer.state[p]["step"] == 0
            optimizer.add_param_group({"params": [later]})
            for q in (p, later):
                q.grad = torch.full_like(q, 2.0)
            optimizer.step()
            optimizer.share_memory()
            assert optimizer.state[later]["sum"].is_shared()
            results.append(torch.cat([p.detach(), later.detach()]))
        torch.testing.assert_close(results[0], results[1])


def test_adamw_decays_apart_whatever_was_loaded():
    p = torch.ones(2, requires_grad=True)
    adam = optim.Adam([p], weight_decay=0.5)
    for module in (optim, torch.optim):
        optimizer = module.AdamW([torch.ones(2, requires_grad=True)])
        optimizer.load_state_dict(adam.state_dict())
        assert optimizer.param_groups[0]["decoupled_weight_decay"] is True
    assert isinstance(optim.AdamW([p]), optim.Adam)


def test_asgd_averages_the_points_since_t0():
    p = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = optim.ASGD([p], lr=0.1, lambd=0.0, t0=2)
    points = []
    for n in range(6):
        p.grad = torch.full_like(p, float(n + 1))
        optimizer.step()
        points.append(p.item())
    # mu, which the next step uses, is 1 / max(1, t - t0): the average begins anew until step t0 + 2
    assert optimizer.state[p]["ax"].item() == pytest.approx(sum(points[3:]) / 3, rel=1e-6)


def test_rprop_ignores_the_size_of_the_gradient():
    ends = []
    for scale in (1.0, 1e-6):
        p = torch.zeros(3, dtype=torch.float64, requires_grad=True)
        optimizer = optim.Rprop([p], lr=0.1)
        for signs in ([1, 1, -1], [1, -1, -1], [1, -1, 1], [1, 1, 0]):
            p.grad = torch.tensor(signs, dtype=torch.float64) * scale
            optimizer.step()
        ends.append(p.detach())
    assert torch.equal(*ends)


# ----------------------------------------------------------------------------------------------------------------- Muon

MUON = [
    {},
    {"lr": 0.1, "weight_decay": 0.0, "momentum": 0.5, "nesterov": False},
    {"lr": torch.tensor(0.1), "adjust_lr_fn": "match_rms_adamw"},
    {"lr": 0.1, "adjust_lr_fn": "original", "ns_steps": 3, "ns_coefficients": (2.0, -1.5, 0.5), "eps": 0.1},
]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("options", MUON, ids=str)
def test_muon(options, dtype):
    shapes = [(4, 4), (3, 7), (8, 2), (1, 5)]
    generator = torch.Generator().manual_seed(0)
    start = [torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype) for shape in shapes]
    ours, theirs = ([s.clone().requires_grad_() for s in start] for _ in range(2))
    mine, reference = optim.Muon(ours, **options), torch.optim.Muon(theirs, **options)
    for n in range(5):
        if n == 3:
            saved = copy.deepcopy((mine.state_dict(), reference.state_dict()))
            reference.load_state_dict(saved[0])
            mine.load_state_dict(saved[1])
        for p, q in zip(ours, theirs, strict=True):
            p.grad = torch.randn(p.shape, generator=generator, dtype=torch.float64).to(dtype)
            q.grad = p.grad.clone()
        mine.step()
        reference.step()
        for p, q in zip(ours, theirs, strict=True):
            # The same bfloat16 products in the same order: what is left is the rounding of lr times a factor.
            torch.testing.assert_close(p, q, rtol=1e-6, atol=1e-6)
    same(mine.state_dict()["state"], reference.state_dict()["state"])


def test_muons_step_is_nearly_orthogonal():
    p = torch.zeros(6, 4, requires_grad=True)
    p.grad = torch.randn(6, 4, generator=torch.Generator().manual_seed(1)) * 100
    optim.Muon([p], lr=1.0, weight_decay=0.0, adjust_lr_fn="original").step()
    sizes = torch.linalg.svdvals(p.detach()) / 1.5**0.5
    assert (sizes > 0.5).all() and (sizes < 1.5).all()


def test_muon_refuses():
    bad = [{"lr": -1.0}, {"momentum": -0.1}, {"weight_decay": -0.1}, {"adjust_lr_fn": "none"}, {"lr": torch.ones(2)}]
    for module in (optim, torch.optim):
        for options in bad:
            with pytest.raises(ValueError):
                module.Muon([torch.ones(2, 2, requires_grad=True)], **options)
        with pytest.raises(ValueError, match="2D"):
            module.Muon([torch.ones(2, requires_grad=True)])
        for options in ({"ns_steps": 100}, {"ns_coefficients": (1.0, 2.0)}):
            p = torch.ones(2, 2, requires_grad=True)
            p.grad = torch.ones(2, 2)
            with pytest.raises(ValueError):
                module.Muon([p], **options).step()
        p = torch.ones(2, 2, dtype=torch.complex64, requires_grad=True)
        p.grad = torch.ones_like(p)
        with pytest.raises(RuntimeError, match="complex"):
            module.Muon([p]).step()


# ---------------------------------------------------------------------------------------------------------------- LBFGS


def rosenbrock(params):
    x, y = params[0].flatten(), params[1].flatten()
    return (100 * (y - x**2) ** 2 + (1 - x) ** 2).sum()


def quartic(params):
    x, y = params[0].flatten(), params[1].flatten()
    return ((x - 3) ** 4 + (x - 3) ** 2 + (y + 1) ** 2 * (1 + x**2)).sum()


def kink(params):
    return (params[0].abs().sum() + params[1].square().sum()) * 10


LBFGS = [
    {},
    {"lr": 0.1, "history_size": 2},
    {"lr": 1e-3, "max_iter": 15},
    {"line_search_fn": "strong_wolfe"},
    {"lr": 5.0, "line_search_fn": "strong_wolfe", "max_iter": 3},
    {"lr": 1e-3, "line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe", "max_eval": 4},
    {"line_search_fn": "strong_wolfe", "max_eval": 1},
    {"lr": torch.tensor(0.5), "line_search_fn": "strong_wolfe", "history_size": 3, "max_iter": 10},
    {"lr": 0.1, "tolerance_grad": 5.0},
    {"lr": 0.1, "tolerance_change": 0.5},
]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("loss", [rosenbrock, quartic, kink])
@pytest.mark.parametrize("options", LBFGS, ids=str)
def test_lbfgs(options, loss, device):
    runs = []
    for module in (optim, torch.optim):
        params = [torch.tensor([[-1.5, 0.3]], dtype=torch.float64, device=device), torch.tensor([1.0, 2.5]).double()]
        params = [p.to(device).requires_grad_() for p in params]
        unused = torch.ones(2, dtype=torch.float64, device=device, requires_grad=True)
        optimizer = module.LBFGS([params[0], unused, params[1]], **options)
        seen = []

        def closure(params=params, optimizer=optimizer, seen=seen):
            assert torch.is_grad_enabled()
            optimizer.zero_grad()
            value = loss(params)
            value.backward()
            seen.append(value.item())
            return value

        returned = [optimizer.step(closure).item() for _ in range(3)]
        assert (unused == 1).all()
        runs.append((optimizer, seen, returned, params))
    (ours, seen, returned, mine), (theirs, their_seen, their_returned, their_params) = runs
    assert len(seen) == len(their_seen)
    assert returned == pytest.approx(their_returned, rel=1e-9, nan_ok=True)
    assert seen == pytest.approx(their_seen, rel=1e-9, nan_ok=True)
    for p, q in zip(mine, their_params, strict=True):
        torch.testing.assert_close(p, q, rtol=1e-8, atol=1e-9, equal_nan=True)
    a, b = (o.state_dict()["state"].get(0, {}) for o in (ours, theirs))
    assert set(a) == set(b)
    assert (a["func_evals"], a["n_iter"]) == (b["func_evals"], b["n_iter"])


def scripted(module, seed):
    """Where LBFGS looks when losses and gradients are drawn at random: its search meets every case, soon or late."""
    generator = torch.Generator().manual_seed(seed)
    draw = torch.randn(200, 3, generator=generator, dtype=torch.float64)
    p = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer = module.LBFGS(
        [p], lr=(0.1, 1.0)[seed % 2], max_iter=8, max_eval=(60, 9)[seed % 3 == 0], line_search_fn="strong_wolfe"
    )
    seen = []

    def closure():
        loss, *grad = draw[len(seen)].tolist()
        seen.append(p.detach().clone())
        # losses mostly fall and slopes mostly shrink, or no search would last
        p.grad = torch.tensor(grad, dtype=torch.float64) * 0.8 ** (len(seen) % 9)
        return loss - 0.3 * (len(seen) % 5)

    for _ in range(2):
        optimizer.step(closure)
    return torch.stack(seen)


def test_lbfgs_searches_as_torch_does():
    for seed in range(120):
        ours, theirs = scripted(optim, seed), scripted(torch.optim, seed)
        assert ours.shape == theirs.shape, seed
        torch.testing.assert_close(ours, theirs, rtol=1e-8, atol=1e-8, equal_nan=True)


@pytest.mark.parametrize("source, target", [(optim, torch.optim), (torch.optim, optim)])
def test_lbfgs_resumes(source, target):
    def run(optimizer, params, steps):
        def closure():
            optimizer.zero_grad()
            value = quartic(params)
            value.backward()
            return value

        return [optimizer.step(closure).item() for _ in range(steps)]

    def fresh(module, start, **options):
        params = [p.detach().clone().requires_grad_() for p in start]
        return module.LBFGS(params, lr=0.05, max_iter=3, **options), params

    start = [torch.tensor([-1.5, 0.3]).double(), torch.tensor([1.0, 2.5]).double()]
    first, params = fresh(source, start)
    run(first, params, 2)
    second, others = fresh(target, params)
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    assert run(second, others, 4) == pytest.approx(run(first, params, 4), rel=1e-10)


def test_lbfgs_moves_complex_and_sparse():
    ends = []
    for module in (optim, torch.optim):
        z = torch.tensor([1.0 + 2.0j, -0.5j], requires_grad=True)
        table = torch.ones(4, 2, requires_grad=True)
        optimizer = module.LBFGS([z, table], lr=0.1, line_search_fn="strong_wolfe")

        def closure(z=z, table=table, optimizer=optimizer):
            optimizer.zero_grad()
            loss = (z - 1).abs().square().sum()
            loss.backward()
            rows = torch.tensor([[1, 3]])
            table.grad = torch.sparse_coo_tensor(rows, 2 * table.detach()[rows[0]], (4, 2), check_invariants=True)
            return loss + table.detach()[rows[0]].square().sum()

        optimizer.step(closure)
        ends.append((z.detach(), table.detach()))
    same(list(ends[0]), list(ends[1]))


def test_lbfgs_refuses():
    for module in (optim, torch.optim):
        p, q = (torch.ones(2, requires_grad=True) for _ in range(2))
        with pytest.raises(ValueError, match="parameter groups"):
            module.LBFGS([{"params": [p]}, {"params": [q]}])
        with pytest.raises(ValueError, match="learning rate"):
            module.LBFGS([p], lr=-1)
        with pytest.raises(TypeError):
            module.LBFGS([p]).step()
        optimizer = module.LBFGS([p], line_search_fn="armijo")
        p.grad = torch.ones(2)
        with pytest.raises(RuntimeError, match="strong_wolfe"):
            optimizer.step(lambda: 1.0)


def test_lbfgs_hooks_and_no_warning():
    p = torch.ones(2, requires_grad=True)
    optimizer = optim.LBFGS([p])
    seen = []
    optimizer.register_step_pre_hook(lambda *_: seen.append("pre"))
    optimizer.register_step_post_hook(lambda *_: seen.append("post"))

    def closure():
        optimizer.zero_grad()
        loss = p.square().sum()
        loss.backward()
        return loss

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.step(closure)
    assert seen == ["pre", "post"] and p.abs().max() < 1e-3
