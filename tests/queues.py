"""A small contract about visits, the contexts of which differ from test to test."""


def contract(*contexts: str, rest: str = "") -> str:
    """Of visits in visits.parquet: key id, time at, label long; rest: further lines."""
    listed = "".join(f"    {one}\n" for one in contexts)
    return f"""\
mainstay: 1
model: queue
owner: desk
objective: {{decision: Open a counter., task: binary, baseline: {{constant: 0.2}}}}
data:
  decisions: {{from: visits.parquet, key: id, time: at}}
  context:
{listed}  label: {{column: long, known_after: 1d}}
{rest}"""
