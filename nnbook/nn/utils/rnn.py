"""Batches of sequences of unequal lengths: padded to one length, or packed without padding.

    padded, lengths 3, 1, 2       a a a        packed: data         a c b | a c | a      (sorted from long to short,
                                  b . .                batch_sizes  3       2     1       step by step)
                                  c c .

Like `torch.nn.utils.rnn`. `PackedSequence` is torch's own class, a named tuple of the four tensors `data`,
`batch_sizes`, `sorted_indices` and `unsorted_indices`: torch's recurrent layers ask for it by isinstance, and so ours
and torch's functions and layers take each other's. All that computes something is written out here.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The order that undoes an order: inverse[permutation[i]] = i. Like `torch.nn.utils.rnn.invert_permutation`."""
    return None if permutation is None else permutation.argsort()


def pack_padded_sequence(
    input: Tensor, lengths: Tensor | list[int], batch_first: bool = False, enforce_sorted: bool = True
) -> Any:
    """Takes the padding out. Like `torch.nn.utils.rnn.pack_padded_sequence`.

    input (L, N, *), or (N, L, *) with `batch_first`, and N lengths on the CPU -> PackedSequence with data
    (Σ lengths, *). Sequences have to stand from long to short, unless enforce_sorted=False: then they are sorted here,
    and the result remembers their order. A length beyond L is an error here; torch's result is then inconsistent.
    """
    lengths = torch.as_tensor(lengths, dtype=torch.int64)
    order = None
    x = input.transpose(0, 1) if batch_first else input  # (L, N, *)
    if not enforce_sorted:
        lengths, order = lengths.sort(descending=True)
        order = order.to(input.device)
        x = x.index_select(1, order)
    _check_lengths(x, lengths)

    # Step t has those sequences that are longer than t; sorted, they are the first ones.
    steps = torch.arange(int(lengths[0]))
    present = steps.unsqueeze(1) < lengths  # (max length, N)
    data = x[: len(steps)][present.to(x.device)]  # rows of step 0, then those of step 1, ...
    return PackedSequence(data, present.sum(1), order, invert_permutation(order))


def _check_lengths(x: Tensor, lengths: Tensor) -> None:
    if lengths.device.type != "cpu":
        raise RuntimeError(f"lengths should be on the CPU, but they are on {lengths.device}")
    if x.size(1) == 0:
        raise RuntimeError("Cannot pack an empty batch")
    if lengths.shape != (x.size(1),):
        raise RuntimeError(f"Expected one length for each of {x.size(1)} sequences, got lengths of {[*lengths.shape]}")
    if lengths[-1] <= 0:
        raise RuntimeError("Length of all samples has to be greater than 0")
    if (lengths[1:] > lengths[:-1]).any():
        raise RuntimeError("Sequences should stand from long to short; with enforce_sorted=False they are sorted")
    if lengths[0] > x.size(0):
        raise RuntimeError(f"Expected lengths of at most {x.size(0)}, got {int(lengths[0])}")


def pad_packed_sequence(
    sequence: Any, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Tensor, Tensor]:
    """Puts the padding back in: the inverse of pack_padded_sequence. Like `torch.nn.utils.rnn.pad_packed_sequence`.

    PackedSequence -> (L, N, *), or (N, L, *) with `batch_first`, and the N lengths; L is the longest, or total_length.
    """
    data, sizes, _, order_back = sequence
    longest = len(sizes) if total_length is None else total_length
    if longest < len(sizes):
        raise ValueError(f"Expected total_length to be at least {len(sizes)}, the longest sequence, got {total_length}")
    present = torch.arange(int(sizes[0])) < sizes.unsqueeze(1)  # (max length, N)
    lengths = present.sum(0)
    padded = data.new_full((longest, int(sizes[0]), *data.shape[1:]), padding_value)
    padded = padded.index_put(present.nonzero().to(data.device).unbind(1), data)
    if order_back is not None:
        padded, lengths = padded.index_select(1, order_back), lengths[order_back.cpu()]
    return (padded.transpose(0, 1) if batch_first else padded), lengths


def pad_sequence(
    sequences: Any, batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Tensor:
    """N tensors (L_n, *) -> (L, N, *), or (N, L, *) with `batch_first`, L the largest. Like
    `torch.nn.utils.rnn.pad_sequence`; padding_side="left" puts the padding first.
    """
    if not isinstance(sequences, Iterable):
        raise RuntimeError(f"pad_sequence: Expected iterable for input sequences, but got {type(sequences)}")
    sequences = tuple(sequences)
    if not sequences:
        raise RuntimeError("received an empty list of sequences")
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"Expected padding_side to be one of left or right, but got {padding_side}.")
    longest, first = max(len(x) for x in sequences), sequences[0]
    rows = []
    for x in sequences:
        if x.shape[1:] != first.shape[1:]:
            raise RuntimeError(
                f"trailing dimensions of all sequences should be equal: {x.shape[1:]}, {first.shape[1:]}"
            )
        padding = x.new_full((longest - len(x), *x.shape[1:]), padding_value)
        rows.append(torch.cat([x, padding] if padding_side == "right" else [padding, x]))
    return torch.stack(rows, dim=0 if batch_first else 1)


def unpad_sequence(padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False) -> list[Tensor]:
    """(L, N, *), or (N, L, *) with `batch_first`, and N lengths -> N tensors (L_n, *). Like
    `torch.nn.utils.rnn.unpad_sequence`, which leaves the padded tensor transposed; here it stays as it is.
    """
    rows = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [row[: int(length)] for row, length in zip(rows, lengths, strict=True)]


def pack_sequence(sequences: list[Tensor], enforce_sorted: bool = True) -> Any:
    """N tensors (L_n, *) -> PackedSequence. Like `torch.nn.utils.rnn.pack_sequence`."""
    lengths = torch.as_tensor([x.size(0) for x in sequences])
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: Any) -> list[Tensor]:
    """PackedSequence -> N tensors (L_n, *). Like `torch.nn.utils.rnn.unpack_sequence`."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
