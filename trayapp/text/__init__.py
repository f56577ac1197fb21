"""Codes to words, in English and German: sentences, rows, reasons, banners, problems, labels, times. Snapshots,
verdicts, banners and problems go in, plain text comes out; everything that came over the network is trimmed on the
way. It decides nothing that a light, a click or a banner depends on. It sees core, errors and paths, and nothing
else, so that ui, control, cli and the banners say the same thing in the same words.
"""
