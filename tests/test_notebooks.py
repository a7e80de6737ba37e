"""The notebooks run from top to bottom."""

import nbformat
import pytest
from nbclient import NotebookClient

NAMES = ["01_first_look", "02_products", "03_calibration", "04_studies", "05_risk_pack"]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs(repo, name):
    notebook = nbformat.read(repo / "notebooks" / f"{name}.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "outputs are not committed"
    NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(repo / "notebooks")}},
    ).execute()
    shown = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    assert sum("image/png" in out.get("data", {}) for out in shown) >= 3
    assert not any(out.output_type == "error" for out in shown)
