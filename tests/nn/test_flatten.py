"""Flatten and Unflatten: what the specs do not reach."""

import pytest
import torch

from nnbook import nn as scratch


def test_flatten_is_a_view_where_it_can_be():
    x = torch.randn(2, 3, 4)
    assert scratch.Flatten()(x).data_ptr() == x.data_ptr()
    assert scratch.Flatten(0, 1)(x)._base is x
    turned = x.transpose(1, 2)
    assert scratch.Flatten()(turned).data_ptr() != x.data_ptr()
    assert torch.equal(scratch.Flatten()(turned), turned.flatten(1))


def test_unflatten_is_a_view_always():
    x = torch.randn(3, 8).t()
    y = scratch.Unflatten(0, (2, -1))(x)
    assert y.data_ptr() == x.data_ptr()
    assert torch.equal(scratch.Flatten(0, 1)(y), x)


@pytest.mark.parametrize("layer", ["Flatten", "Unflatten"])
def test_attributes_are_torchs(layer):
    args = () if layer == "Flatten" else (1, (2, -1))
    ours, theirs = getattr(scratch, layer)(*args), getattr(torch.nn, layer)(*args)
    assert ours.extra_repr() == theirs.extra_repr()
    public = {k: v for k, v in vars(theirs).items() if not k.startswith("_")}
    assert {k: getattr(ours, k) for k in public} == public
