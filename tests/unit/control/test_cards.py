"""The model card: a certificate's evidence in Markdown, with metadata before it."""

from pathlib import Path
from typing import Any

import pytest
import small_project
import yaml

from mainstay.control.commands import Build
from mainstay.control.handle import answer, handle
from mainstay.control.queries import ModelCard
from mainstay.core.errors import Missing


def card(folder: Path) -> tuple[dict[str, Any], str]:
    """Metadata as a hub reads them, and the text."""
    text = answer(folder, ModelCard("v1")).facts["card"]
    _, head, body = text.split("---\n", 2)
    return yaml.safe_load(head), body


def test_metadata_hold_every_gate_with_its_interval_and_verdict(as_author: Path) -> None:
    head, _ = card(as_author)

    (index,) = head["model-index"]
    (result,) = index["results"]
    metrics = {one["name"]: one for one in result["metrics"]}
    assert (index["name"], head["pipeline_tag"]) == ("no-show", "tabular-classification")
    assert head["library_name"] == "lightgbm"
    assert result["task"]["type"] == "tabular-classification"
    assert len(result["dataset"]["revision"]) == 64
    auc = metrics["roc_auc"]
    assert auc["args"]["low"] < auc["value"] < auc["args"]["high"]
    assert (auc["args"]["limit"], auc["args"]["verdict"]) == ("≥ 0.6", "pass")
    assert "license" not in head


def test_the_text_says_what_for_until_when_and_where_its_limits_are(as_author: Path) -> None:
    _, body = card(as_author)

    assert "# no-show v1" in body
    assert "Call patients who will not come. A rule by weekday finds too few." in body
    assert "180d as the contract says; how fast it ages was not forecast" in body
    assert "| roc_auc | " in body
    assert "- source " in body
    assert "an interval tells the luck of those days" in body
    assert "mainstay-verify v1.json --bundle FOLDER" in body


def test_a_version_without_a_certificate_has_no_card(as_author: Path) -> None:
    contract = as_author / "contract.yaml"
    contract.write_text(small_project.CONTRACT.replace("at_least: 0.6}", "at_least: 0.61}"))
    handle(as_author, Build())

    with pytest.raises(Missing, match="v2 has no certificate"):
        answer(as_author, ModelCard("v2"))
