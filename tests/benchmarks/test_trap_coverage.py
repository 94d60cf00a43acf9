"""Every trap of the conformance set has a test of our own that needs no file of the set."""

import ast
import csv
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
INDEX = TESTS.parents[1] / "shared" / "conformance" / "index.csv"

_DICOM = "imaging/formats/dicom/test_dicom"
COVERED = {
    "ts-implicit-LE": f"{_DICOM}_pixels.py::test_native_rle_deflated_and_bit_pixels_equal_pydicom",
    "ts-explicit-LE": f"{_DICOM}_native.py::test_values_are_pydicoms",
    "ts-big-endian": f"{_DICOM}_cells.py::test_bytes_in_big_endian_words_are_swapped_only_for_ow",
    "ts-deflated": f"{_DICOM}_pixels.py::test_native_rle_deflated_and_bit_pixels_equal_pydicom",
    "ts-rle": f"{_DICOM}_codecs.py::test_rle_of_any_word",
    "ts-rle-16/32bit-rgb": f"{_DICOM}_codecs.py::test_rle_of_colour_has_a_segment_for_every_byte_of_every_sample",
    "ts-jpeg-baseline": f"{_DICOM}_oracle.py::test_lossy_colour_equals_pydicom_within_rounding",
    "ts-jpeg-12bit": f"{_DICOM}_codecs.py::test_jpeg_of_twelve_bits",
    "ts-jpeg-retired-53": f"{_DICOM}_traps.py::test_retired_progressive_jpeg",
    "ts-jpeg-lossless": f"{_DICOM}_codecs.py::test_lossless_codecs_give_back_what_they_were_given",
    "ts-jpegls": f"{_DICOM}_codecs.py::test_near_lossless_stays_within_its_bound",
    "ts-j2k": f"{_DICOM}_codecs.py::test_jpeg_2000_colour_follows_the_transform_in_the_stream",
    "j2k-sign-mismatch": f"{_DICOM}_coded_files.py::test_streams_without_a_sign_hold_signed_values",
    "ts-htj2k": f"{_DICOM}_codecs.py::test_lossless_codecs_give_back_what_they_were_given",
    "ts-jpegxl-111": f"{_DICOM}_codecs.py::test_lossless_codecs_give_back_what_they_were_given",
    "ts-deflated-image-frame": f"{_DICOM}_coded_files.py::test_deflated_frames_have_the_order_of_native_ones",
    "enc-no-BOT": f"{_DICOM}_fragments.py::test_one_fragment_per_frame_needs_no_table",
    "enc-fragmented-frame": f"{_DICOM}_fragments.py::test_all_fragments_belong_to_a_single_frame",
    "enc-wrong-BOT": f"{_DICOM}_fragments.py::test_a_table_that_points_into_the_middle_of_a_stream_is_not_believed",
    "enc-EOT": f"{_DICOM}_coded_files.py::test_an_extended_offset_table_is_followed_where_it_fits_and_else_told",
    "mono1": f"{_DICOM}_pixels.py::test_monochrome1_is_marked_and_its_values_are_untouched",
    "palette": f"{_DICOM}_coded_files.py::test_a_palette_of_sixteen_bits_keeps_them",
    "palette-supplemental": f"{_DICOM}_coded_files.py::test_a_supplemental_palette_leaves_grey_values_alone",
    "ybr-full": f"{_DICOM}_coded_files.py::test_luminance_and_chrominance_become_red_and_grey_however_they_are_stored",
    "ybr-full-422-uncompressed": f"{_DICOM}_cells.py::test_half_chrominance_is_shared_by_two_pixels",
    "planar-config-1": f"{_DICOM}_pixels.py::test_planar_colour_by_hand",
    "seg-1bit": f"{_DICOM}_cells.py::test_frames_of_bits_need_not_begin_with_a_byte",
    "seg-1bit-rle": f"{_DICOM}_codecs.py::test_rle_of_single_bits_arrives_packed",
    "seg-labelmap": "imaging/formats/segmentation/test_dicom_seg.py::test_no_voxel_differs",
    "seg-fractional": "imaging/formats/segmentation/test_dicom_seg.py::test_fractions_count_from_the_half_on",
    "float-pixels": f"{_DICOM}_pixels.py::test_float_pixels_keep_their_values",
    "32-bit": f"{_DICOM}_cells.py::test_whole_words_keep_their_sign",
    "bits-12-packed": f"{_DICOM}_cells.py::test_twelve_bit_cells_share_bytes_lowest_bit_first",
    "bits-14-signed": f"{_DICOM}_pixels.py::test_stored_bits_by_hand",
    "highbit-not-stored-1": f"{_DICOM}_pixels.py::test_stored_bits_by_hand",
    "padding-value": f"{_DICOM}_presentation.py::test_padding_is_signed_a_range_and_rescaled",
    "pixeldata-truncated": f"{_DICOM}_pixels.py::test_truncated_is_an_error_of_its_own",
    "rows-missing": f"{_DICOM}_traps.py::test_an_image_without_rows_is_refused",
    "rescale-empty": f"{_DICOM}_presentation.py::test_empty_rescale_is_absent",
    "codestream-bad": f"{_DICOM}_traps.py::test_a_damaged_stream_is_refused",
    "frames-short": f"{_DICOM}_coded_files.py::test_a_frame_that_is_not_there_is_named",
    "modality-LUT-sequence": f"{_DICOM}_pixels.py::test_modality_lut_sequence_by_hand",
    "VOI-LUT-sequence": f"{_DICOM}_presentation.py::test_a_table_is_scaled_by_its_own_bits",
    "VOI-sigmoid": "imaging/test_intensity.py::test_sigmoid_by_hand",
    "VOI-multiple-windows": f"{_DICOM}_presentation.py::test_several_windows_keep_their_names_and_function",
    "slope-fractional": f"{_DICOM}.py::test_fractional_slope_gives_floats",
    "rescale-in-shared-functional-group": f"{_DICOM}_enhanced.py::"
    "test_slopes_go_with_their_frames_through_sorting_and_splitting",
    "per-frame-rescale": f"{_DICOM}_multiframe.py::"
    "test_frames_are_sorted_by_position_and_rescaled_each_by_its_own_slope",
    "enhanced-multiframe": f"{_DICOM}_enhanced.py::test_stacks_of_one_object_become_volumes_of_their_own",
    "overlay-60xx": f"{_DICOM}_overlays.py::test_planes_in_order_with_origin_kind_and_name",
    "pixel-aspect-ratio": f"{_DICOM}_placement.py::test_an_aspect_ratio_is_of_heights_to_widths",
    "spacing-anisotropic": f"{_DICOM}_place_oracles.py::test_any_rotation_is_a_volume_in_its_place",
    "imager-spacing-only": f"{_DICOM}_placement.py::test_magnification_is_named",
    "no-spacing": f"{_DICOM}_placement.py::test_projection_images",
    "us-regions": f"{_DICOM}_regions.py::test_format_and_units_in_words",
    "burned-in-PHI": f"{_DICOM}_video.py::test_every_frame_shows_its_colour",
    "charset": "imaging/formats/test_character_sets.py::test_names_of_the_standard",
    "structure": f"{_DICOM}_traps.py::test_odd_structures_are_opened_listed_or_refused_in_words",
    "non-image": "imaging/formats/test_documents.py::test_kinds_by_sop_class_else_modality",
    "DICOMDIR-traversal": "imaging/formats/test_directory.py::test_names_that_lead_out_are_refused",
    "hostile": "imaging/sandbox/test_hostile_files.py::test_bomb_is_refused_in_words",
    "series-tilt+variable-spacing": f"{_DICOM}_stack.py::test_tilt_is_read_from_positions",
    "series-missing-slice": f"{_DICOM}_stack.py::test_tilt_and_missing_slices_are_both_told",
    "series-mixed-orientation": f"{_DICOM}.py::test_orientations_and_sizes_of_one_series_do_not_mix",
    "series-duplicate-positions": f"{_DICOM}_stack.py::test_a_few_repeated_slices_stand_apart",
    "series-localizer+screenshots": f"{_DICOM}_stack.py::test_what_differs_is_another_stack",
    "series-4D": f"{_DICOM}_stack.py::test_phases_are_named_by_what_tells_them_apart",
    "series-big-gap": f"{_DICOM}.py::test_what_makes_no_grid_keeps_each_slice_where_it_is",
    "series-oblique": f"{_DICOM}.py::test_hu_and_every_voxel_position_equal_simpleitk",
    "series-descending-order": f"{_DICOM}_place_oracles.py::test_every_voxel_and_value_equals_simpleitk",
    "series-radial-localizer": f"{_DICOM}_traps.py::test_slices_around_an_axis_make_no_volume",
    "series-clean-CT": f"{_DICOM}.py::test_geometry_by_hand",
    "series-oblique-jitter": f"{_DICOM}_stack.py::test_jitter_of_what_scanners_write_splits_nothing",
    "series-mixed-in-one-folder": f"{_DICOM}_stack.py::test_what_differs_is_another_stack",
    "series-multiphase-CT": f"{_DICOM}_stack.py::test_acquisitions_at_the_same_positions_are_phases_with_times",
}


@pytest.mark.parametrize("trap", COVERED)
def test_the_test_named_for_a_trap_is_there_and_needs_no_shared_file(trap: str):
    module, _, name = COVERED[trap].partition("::")
    tree = ast.parse((TESTS / module).read_text("utf-8"))
    found = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert name in found
    names = {node.id for node in ast.walk(found[name]) if isinstance(node, ast.Name)}
    assert not {"shared_data", "SET", "SHARED"} & (names | {each.arg for each in found[name].args.args})


def test_no_trap_of_the_set_is_left_out():
    if not INDEX.is_file():
        pytest.skip("no ../shared/conformance beside this checkout")
    with INDEX.open(encoding="utf-8") as stream:
        traps = {row["trap"] for row in csv.DictReader(stream)}
    assert traps == set(COVERED)
