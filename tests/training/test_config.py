import subprocess
import sys
from pathlib import Path

import pytest

from inference.manifest import PreprocessingSpec
from training.config import IndexData, LibraryData, read_config
from training.errors import ConfigError

RECIPES = Path(__file__).parents[2] / "training" / "recipes"


@pytest.mark.parametrize("recipe", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_the_shipped_recipes_are_valid_and_name_no_machine(recipe: Path) -> None:
    config = read_config(recipe, Path("elsewhere.csv"))
    assert config.name == recipe.stem
    assert config.data == IndexData(index=Path("elsewhere.csv"), dataset=config.data.dataset)  # pyright: ignore
    assert isinstance(config.preprocessing, PreprocessingSpec)
    assert not Path(read_config(recipe).data.index).is_absolute()  # pyright: ignore[reportAttributeAccessIssue]


def test_the_few_lines_the_window_writes_are_enough(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        'name = "my-lesions"\nstart_from = "models/parent"\nreleases = "models"\n'
        'data = { library = "sqlite:///annotations.db" }\noptimiser = { epochs = 2, batch = 2, rate = 3e-4 }\n'
    )
    config = read_config(path)
    assert config.data == LibraryData(library="sqlite:///annotations.db")
    assert config.optimiser.epochs == 2


WHOLE = """
name = "x"
data = { index = "i.csv" }
labels = [{ name = "lesion", value = 1 }]
input = { modalities = ["CT"] }
network = { name = "unet", in_channels = 1 }
preprocessing = { size_px = [64, 64], mean = [0.5], std = [0.5] }
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = 3", r"config\.toml: name: .*found '3'"),
        ('name = "x"\ndata = { index = "i.csv" }', "labels, network, input, preprocessing: needed"),
        ('name = "x"\nstart_from = "p"\ndata = { index = "i.csv" }\nepoch = 3', "epoch: Extra inputs"),
        ("name = [", "is not TOML"),
        (WHOLE.replace("value = 1", "value = 0"), "value 0 is background"),
        (WHOLE.replace("std = [0.5]", "std = [0]"), "preprocessing: .*std above 0"),
    ],
)
def test_a_wrong_configuration_is_refused_with_the_key(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=words):
        read_config(path)


def test_a_missing_configuration_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read"):
        read_config(tmp_path / "nowhere.toml")


def test_reading_a_configuration_needs_no_torch() -> None:
    code = "import sys, training.config; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
