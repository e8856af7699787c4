"""The pictures, tables and explorers of the first two lessons say what is true."""

import pytest
import torch
from torch import nn

from nnbook import nn as scratch
from nnbook import show
from nnbook.show import module_tree, neuron, storing


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
        self.again = self.body
        self.nothing = None
        self.register_buffer("mask", torch.zeros(3), persistent=False)
        self.unused = nn.Linear(1, 1)

    def forward(self, x):
        return self.again(x) + self.body(x), {"sum": x.sum()}


def test_the_best_line_has_the_smallest_loss():
    w, b = neuron.best()
    assert all(neuron.loss(w + dw, b + db) > neuron.loss(w, b) for dw in (-0.01, 0.01) for db in (-0.01, 0.01))


def test_the_curves_are_compared():
    assert "exactly over" in show.same_losses(a=[1.0, 0.5], b=[1.0, 0.50001]).alt
    assert "apart from" in show.same_losses(a=[1.0, 0.5], b=[1.0, 0.6]).alt
    with pytest.raises(ValueError, match="one length"):
        show.same_losses(a=[1.0], b=[1.0, 2.0])


def test_wrong_answers_are_named():
    picture = show.named_digits(torch.zeros(3, 1, 8, 8), torch.tensor([1, 2, 3]), torch.tensor([1, 7, 3]))
    assert "a 7 that it calls 2" in picture.alt
    assert "All are right." in show.named_digits(torch.zeros(1, 1, 8, 8), torch.tensor([4]), torch.tensor([4])).alt


@pytest.mark.parametrize(
    "net", [Net(), scratch.Sequential(scratch.Linear(2, 3), nn.BatchNorm1d(3))], ids=["torch", "ours"]
)
def test_the_tree_has_a_key_for_each_saved_leaf(net):
    rows = module_tree.rows(net)
    assert sorted(r.key for r in rows if r.saved) == sorted(net.state_dict())
    assert all(r.key in show.tree(net).alt for r in rows if r.saved)
    assert {r.key for r in rows if r.kind == "buffer" and not r.saved} == ({"mask"} if isinstance(net, Net) else set())


def test_a_tree_that_does_not_fit_says_so():
    with pytest.raises(ValueError, match="its children"):
        show.tree(nn.Sequential(*(nn.Linear(1, 1) for _ in range(20))))


KNOWN = {
    "an attribute": (["fc.weight", "fc.bias"], [], ["fc.weight", "fc.bias"]),
    "in a list": ([], [], []),
    "in a ModuleList": (["layers.0.weight", "layers.0.bias"], [], ["layers.0.weight", "layers.0.bias"]),
    "a Parameter": (["w"], [], ["w"]),
    "a plain tensor": ([], [], []),
    "a buffer": ([], ["mean"], ["mean"]),
    "a buffer, not saved": ([], ["mean"], []),
}


def test_each_way_of_storing_is_what_the_lesson_says():
    assert set(KNOWN) == set(storing.WAYS)
    for way, (parameters, buffers, saved) in KNOWN.items():
        net = storing.build(way)
        assert [n for n, _ in net.named_parameters()] == parameters
        assert [n for n, _ in net.named_buffers()] == buffers
        assert list(net.state_dict()) == saved
        assert f"state_dict(): {', '.join(saved) or 'nothing'}" in show.stored(way).alt
    with pytest.raises(ValueError, match="no way"):
        show.stored("on paper")


def test_parity_counts_the_cases_that_agree():
    table = show.parity("Linear", "SGD")
    first, second = table.rows
    assert (first.name, first.twin) == ("nn.Linear", "torch.nn.Linear")
    assert (second.name, second.twin) == ("optim.SGD", "torch.optim.SGD")
    assert first.passed == first.total > 10 and not first.difference
    assert first.share == "all" and "all" in repr(table) and "<td>all</td>" in table._repr_html_()
    with pytest.raises(KeyError):
        show.parity("NoSuchLayer")


def test_parity_says_what_differs(monkeypatch):
    class Linear(scratch.Linear):
        def forward(self, input):
            return super().forward(input) * 2

    monkeypatch.setattr(scratch, "Linear", Linear)
    (row,) = show.parity("Linear").rows
    assert row.passed < row.total
    assert row.difference in repr(show.parity("Linear")) and "should be" in row.difference


def test_xray_sees_shapes_and_leaves_nothing_behind():
    net = Net()
    before = {k: v.clone() for k, v in net.state_dict().items()}
    state = torch.get_rng_state()
    text = repr(show.xray(net, torch.randn(5, 6, generator=torch.Generator().manual_seed(0))))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(v, before[k]) for k, v in net.state_dict().items())
    assert not any(m._forward_hooks for m in net.modules())
    lines = text.split("\n")
    assert lines[0] == "Net, fed with (5, 6): 38 parameters"
    assert lines[1].endswith("-> ((5, 4), {sum: ()})")
    assert any("body  Sequential" in line and line.endswith("-> (5, 4), then (5, 4)") for line in lines)
    assert any("running_mean  (4,)  buffer" in line for line in lines)
    assert any("unused  Linear" in line and line.endswith("not called") for line in lines)


def test_xray_without_inputs_and_of_ours():
    ours = scratch.Sequential(scratch.Linear(3, 2), nn.ReLU())
    assert "->" not in repr(show.xray(ours))
    seen = show.xray(ours, torch.zeros(4, 3))
    assert "1  ReLU" in repr(seen) and repr(seen).count("-> (4, 2)") == 3
    page = seen._repr_html_()
    assert page.count("<tr>") == 6 and "(4, 2)" in page
    ours[0].weight.requires_grad_(False)
    assert "8 parameters, 2 of them trained" in repr(show.xray(ours))


def test_xray_is_what_the_notebook_hands_on():
    from nnbook import xray

    assert "Linear" in repr(xray(nn.Linear(2, 1), torch.zeros(2)))
