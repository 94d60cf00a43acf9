"""How far two masks agree, in words."""

from imaging.comparison import Comparison, LabelComparison


def extent(found: Comparison) -> str:
    """How many voxels differ on how many slices, as in ``374 voxels on 1 slice``."""
    slices, voxels = len(found.changed_slices), found.changed_voxels
    return f"{voxels:,} {'voxel' if voxels == 1 else 'voxels'} on {slices} {'slice' if slices == 1 else 'slices'}"


def label_lines(found: Comparison) -> list[str]:
    """A line for each label: Dice, kappa, distance of the surfaces, voxels in the one and the other."""
    lines: list[str] = []
    for each in found.labels:
        dice = "–" if each.dice is None else f"{each.dice:.4f}"
        kappa = "–" if each.kappa is None else f"{each.kappa:z.4f}"
        far = "–" if each.hd95_mm is None else f"{each.hd95_mm:.2f} mm"
        voxels = f"{each.voxels[0]:,} and {each.voxels[1]:,} voxels"
        lines.append(f"{title(each)}: Dice {dice}, kappa {kappa}, HD95 {far}, {voxels}")
    return lines


def title(found: LabelComparison) -> str:
    """What a segment is called, by both where they differ: ``nodule (tumour in the other)``."""
    here, there = found.names
    return f"{here} ({there} in the other)" if here and there and here != there else here or there
