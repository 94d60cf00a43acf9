import torch

from training.augmentation import Augmentation
from training.config import AugmentationConfig

STILL = {"degrees": 0, "shift": 0, "zoom": 0, "brightness": 0, "contrast": 0, "gamma": 0, "noise": 0}


def scene() -> tuple[torch.Tensor, torch.Tensor]:
    mask = torch.zeros((64, 64), dtype=torch.uint8)
    mask[10:30, 20:50] = 2
    return 0.2 + 0.3 * mask.float(), mask


def test_nothing_random_changes_nothing() -> None:
    picture, mask = scene()
    seen, drawn = Augmentation(AugmentationConfig.model_validate({**STILL, "mirror_columns": False}))(picture, mask)
    torch.testing.assert_close(seen, picture)
    assert torch.equal(drawn, mask)


def test_picture_and_mask_move_together() -> None:
    torch.manual_seed(3)
    config = {**STILL, "degrees": 25, "shift": 0.1, "zoom": 0.2, "mirror_rows": True}
    change = Augmentation(AugmentationConfig.model_validate(config))
    for _ in range(10):
        seen, drawn = change(*scene())
        bright = seen > 0.5
        both = (bright & (drawn == 2)).sum()
        assert 2 * both / (bright.sum() + (drawn == 2).sum()) > 0.95
        assert set(drawn.unique().tolist()) <= {0, 2}


def test_greys_stay_between_black_and_white() -> None:
    torch.manual_seed(0)
    change = Augmentation(AugmentationConfig(brightness=0.9, contrast=0.9, gamma=0.9, noise=0.9, erase=0.9))
    picture, mask = scene()
    seen = [change(picture, mask)[0] for _ in range(10)]
    assert min(float(one.min()) for one in seen) >= 0
    assert max(float(one.max()) for one in seen) <= 1
    assert not torch.equal(seen[0], seen[1])
