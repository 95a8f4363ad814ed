"""Accuracy: the share of cases whose label is right."""

from __future__ import annotations


def label_accuracy(predicted: str | None, label: str) -> float:
    """1.0 if a case's label is right, else 0.0; the mean over the cases is the accuracy.

    `None`, an abstention, is never right. Cases that have none of the labels are left out by the
    caller: whether they are told is another measure, AUROC. One large class can carry the mean
    alone, so `macro_f1` stands beside it.
    """
    return float(predicted == label)
