"""Medians, spreads and ratios of paired runs, as a table in Markdown."""

import statistics

from .rows import METRICS, Metric

OURS = "warren"


def number(value, digits):
    return f"{value:,.{digits}f}"


def spread(values, metric):
    """"median (smallest–largest)" """
    shown = [value * metric.scale for value in values]
    middle = number(statistics.median(shown), metric.digits)
    if len(shown) == 1:
        return middle
    return f"{middle} ({number(min(shown), metric.digits)}–{number(max(shown), metric.digits)})"


def ratios(ours, theirs, metric):
    """How many times better we were, run by run: above 1 is better, whatever the metric."""
    pairs = zip(ours, theirs) if metric.more_is_better else zip(theirs, ours)
    return [above / below for above, below in pairs if below > 0]


def ratio_text(values):
    if not values:
        return "–"
    middle = f"{statistics.median(values):.2f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.2f}–{max(values):.2f})"


def table_head(names):
    peers = [name for name in names if name != OURS]
    head = ["workload", "figure", *names, *(f"× {peer}" for peer in peers)]
    return "| " + " | ".join(head) + " |\n|" + "---|" * len(head)


def row_lines(title, figures, names, beside, noise):
    """`figures`: broker → metric → values of all runs. `beside`: what the disk does, likewise."""
    lines = []
    keys = [key for key in METRICS if any(key in figures[name] for name in names)]
    for key in keys:
        metric = METRICS[key]
        cells = [title if not lines else "", metric.label]
        for name in names:
            values = figures[name].get(key)
            cells.append(spread(values, metric) if values else "–")
        for name in names:
            if name == OURS:
                continue
            ours, theirs = figures.get(OURS, {}).get(key), figures[name].get(key)
            cells.append(ratio_text(ratios(ours, theirs, metric)) if ours and theirs else "–")
        lines.append(cells)
    for text, values in beside.items():
        metric = Metric(text, True, 3 if text.endswith(" ms") else 0)
        lines.append(["", text, spread(values, metric), *[""] * (len(lines[0]) - 3)])
    if noise:
        lines[0][0] += " †"
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
