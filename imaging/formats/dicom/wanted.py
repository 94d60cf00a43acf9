"""The attributes that the readers look at."""

from pydicom.datadict import tag_for_keyword
from pydicom.tag import BaseTag, Tag

from imaging.formats.dicom import diffusion, uptake

_KEYWORDS = """
    PatientWeight RadiopharmaceuticalInformationSequence DecayCorrection CorrectedImage SUVType ViewPosition
    SeriesDate SeriesTime AcquisitionDate ContentDate
    SpecificCharacterSet ImageType SOPClassUID SOPInstanceUID StudyDate ContentTime AcquisitionTime AccessionNumber
    Modality PresentationIntentType StudyDescription SeriesDescription PatientName PatientID PatientBirthDate PatientSex
    IssuerOfPatientID
    PatientOrientation BodyPartExamined SliceThickness SpacingBetweenSlices EchoTime EchoNumbers TriggerTime
    DiffusionBValue DiffusionGradientOrientation InversionTime FrameReferenceTime ConvolutionKernel KVP
    NominalPercentageOfCardiacPhase NominalPercentageOfRespiratoryPhase ComplexImageComponent
    ConcatenationUID InConcatenationNumber InConcatenationTotalNumber ConcatenationFrameOffsetNumber
    EnergyWindowVector DetectorVector PhaseVector RotationVector RRIntervalVector TimeSlotVector SliceVector
    DetectorInformationSequence
    XRayTubeCurrent Exposure RepetitionTime FlipAngle MagneticFieldStrength MechanicalIndex Laterality ImageLaterality
    EstimatedRadiographicMagnificationFactor ImagerPixelSpacing NominalScannedPixelSpacing GantryDetectorTilt
    CineRate RecommendedDisplayFrameRate FrameTime FrameTimeVector FrameIncrementPointer SequenceOfUltrasoundRegions
    StudyInstanceUID SeriesInstanceUID SeriesNumber AcquisitionNumber InstanceNumber TemporalPositionIdentifier
    TemporalPositionIndex FrameOfReferenceUID ImagePositionPatient ImageOrientationPatient
    SamplesPerPixel PhotometricInterpretation PlanarConfiguration NumberOfFrames Rows Columns PixelSpacing
    TotalPixelMatrixRows TotalPixelMatrixColumns
    PixelAspectRatio BitsAllocated BitsStored HighBit PixelRepresentation PixelPaddingValue PixelPaddingRangeLimit
    DistanceSourceToDetector DistanceSourceToPatient PixelSpacingCalibrationDescription
    PixelSpacingCalibrationType RescaleIntercept RescaleSlope RescaleType ModalityLUTSequence WindowCenter WindowWidth
    WindowCenterWidthExplanation VOILUTFunction VOILUTSequence PresentationLUTShape PresentationLUTSequence
    GridFrameOffsetVector
    DoseGridScaling DoseUnits
    ShutterShape ShutterLeftVerticalEdge ShutterRightVerticalEdge ShutterUpperHorizontalEdge ShutterLowerHorizontalEdge
    CenterOfCircularShutter RadiusOfCircularShutter VerticesOfThePolygonalShutter
    LossyImageCompression LossyImageCompressionRatio FloatPixelPaddingValue FloatPixelPaddingRangeLimit
    DoubleFloatPixelPaddingValue DoubleFloatPixelPaddingRangeLimit Units ICCProfile
    RealWorldValueMappingSequence
    RedPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableDescriptor BluePaletteColorLookupTableDescriptor
    RedPaletteColorLookupTableData GreenPaletteColorLookupTableData BluePaletteColorLookupTableData
    SegmentedRedPaletteColorLookupTableData SegmentedGreenPaletteColorLookupTableData
    SegmentedBluePaletteColorLookupTableData
    SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence ExtendedOffsetTable ExtendedOffsetTableLengths
"""


def _tags(keywords: str) -> list[BaseTag | int]:
    found = [tag_for_keyword(keyword) for keyword in keywords.split()]
    return [Tag(tag) for tag in found if tag is not None]


_OVERLAY_ROWS: list[BaseTag | int] = [Tag(group, 0x0010) for group in range(0x6000, 0x6020, 2)]
"""Tell that a file has overlays; they are read with the pixels."""

WANTED_TAGS = _tags(_KEYWORDS) + _OVERLAY_ROWS + [*diffusion.PRIVATE_TAGS, *uptake.PRIVATE_TAGS]
"""Everything the readers look at. A header pass that skips the rest is several times faster."""
