"""Judgement: splits, matrices, anomaly, classification, calibration, ranking, reasons, evaluation."""
