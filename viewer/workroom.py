"""What works behind the window, created and connected: state, library, processes and commands."""

from PySide6.QtCore import QObject

from imaging.errors import LibraryError
from imaging.library.shelf import Shelf
from imaging.sandbox import Sandbox
from imaging.study import Series
from inference.registry import Registry
from viewer.commands.adjudicating import Adjudicating
from viewer.commands.annotating import Annotating
from viewer.commands.binding import Binding
from viewer.commands.calibrating import Calibrating
from viewer.commands.cataloguing import Cataloguing
from viewer.commands.classifying import Classifying
from viewer.commands.comparing import Comparing
from viewer.commands.cornering import Cornering
from viewer.commands.cutting import Cutting
from viewer.commands.editing import Editing
from viewer.commands.enlisting import Enlisting
from viewer.commands.fusing import Fusing
from viewer.commands.hanging import Hanging
from viewer.commands.indexing import FolderIndexing
from viewer.commands.inferring import Inferring
from viewer.commands.inspecting import Inspecting
from viewer.commands.journalling import Journalling
from viewer.commands.keyframing import Keyframing
from viewer.commands.label_sets import FOLDER as LABEL_SETS
from viewer.commands.label_sets import label_sets
from viewer.commands.linking import Linking
from viewer.commands.loading import Loading
from viewer.commands.measuring import Measuring
from viewer.commands.naming_terms import terminologies
from viewer.commands.overlaying import Overlaying
from viewer.commands.presenting import Presenting
from viewer.commands.presetting import Presetting
from viewer.commands.priming import Priming
from viewer.commands.queueing import Queueing
from viewer.commands.reading import Reading
from viewer.commands.refining import Refining
from viewer.commands.remembering import Remembering
from viewer.commands.revising import Revising
from viewer.commands.seeking import Seeking
from viewer.commands.segment_measuring import SegmentMeasuring
from viewer.commands.segmenting import Segmenting
from viewer.commands.teaching import Teaching
from viewer.commands.thumbnailing import Thumbnailing
from viewer.commands.windowing import Windowing
from viewer.jobs.inference_process import InferenceProcess
from viewer.jobs.runner import Runner
from viewer.places import Places, author, places
from viewer.settings import Settings
from viewer.state.classification import Classification
from viewer.state.findings import Findings
from viewer.state.header import Header
from viewer.state.key_images import KeyImages
from viewer.state.learning import Learning
from viewer.state.links import Links
from viewer.state.models import Models
from viewer.state.notices import Notices
from viewer.state.presets import Presets
from viewer.state.segment_measures import SegmentMeasures
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session
from viewer.state.studies import Studies
from viewer.state.view import View
from viewer.state.worklist import Worklist


class Workroom(QObject):
    """State, library, processes and commands; no widget."""

    def __init__(self, where: Places | None = None) -> None:
        super().__init__()
        self.places = where or places()
        self.session, self.links, self.segmentation = Session(), Links(), Segmentation()
        self.findings, self.models, self.learning, self.notices = Findings(), Models(), Learning(), Notices()
        self.presets, self.header, self.key_images = Presets(), Header(), KeyImages()
        self.studies, self.segment_measures, self.worklist = Studies(), SegmentMeasures(), Worklist(author())
        self.runner, self.background = Runner(), Runner()
        self.process, self.sandbox = InferenceProcess(), Sandbox(cache=self.places.cache)
        self.settings = Settings(self.places.settings)
        self.shelf = Shelf(self.places.library)
        self.registry = Registry(self.places.model_folders)
        self._annotate()
        self._choose()
        self._read()
        self._learn()
        self._list()
        self._queue()

    @property
    def view(self) -> View:
        """How the active viewport looks at its volume."""
        return self.session.view

    def shut_down(self) -> None:
        """Stop all work and processes."""
        self.runner.cancel_all()
        self.background.shut_down()
        self.process.shut_down()
        self.runner.shut_down()
        self.sandbox.close()
        self.journalling.shut_down()
        self.shelf.close()

    def _annotate(self) -> None:
        """Masks, findings and measurements, and how they are kept."""
        self.journalling = Journalling(
            self.segmentation, self.notices, self.places.data / "journals", lambda: self.shelf.name
        )
        self.comparing = Comparing(self.segmentation, self.notices, self.shelf, self.runner)
        self.revising = Revising(
            self.session, self.segmentation, self.findings, self.notices, self.shelf, self.runner, self.comparing
        )
        self.annotating = Annotating(
            self.session,
            self.segmentation,
            self.findings,
            self.notices,
            self.models,
            self.shelf,
            self.journalling,
            self.revising,
            self.worklist,
        )
        self.session.volume_changed.connect(self.annotating.follow)
        self.measuring = Measuring(self.session, self.segmentation, self.notices, self.shelf, self.runner)
        self.classification = Classification()
        self.classifying = Classifying(
            self.session,
            self.segmentation,
            self.findings,
            self.classification,
            self.notices,
            self.shelf,
            label_sets(self.places.settings / LABEL_SETS, self.notices),
        )
        self.segmenting = Segmenting(
            self.session, self.segmentation, self.notices, terminologies(self.settings, self.notices)
        )
        self.seeking = Seeking(self.session, self.segmentation, self.findings, self.notices)
        self.segment_measuring = SegmentMeasuring(
            self.session, self.segmentation, self.segment_measures, self.notices, self.background
        )
        self.editing = Editing(self.session, self.segmentation, self.findings, self.notices, self.runner)
        self.keyframing = Keyframing(self.session, self.segmentation, self.notices, self.editing)
        self.priming = Priming(self.session.hand, self.segmentation, self.background)

    def _choose(self) -> None:
        """What a person sets and finds again."""
        self.linking = Linking(self.session, self.links)
        self.cornering = Cornering(self.session.marks, self.settings, self.notices)
        self.remembering = Remembering(self.session, self.links, self.settings, self.notices)
        self.calibrating = Calibrating(self.session.monitors, self.settings, self.notices)
        self.windowing = Windowing(self.session)
        self.presetting = Presetting(self.session, self.presets, self.settings, self.notices)
        self.binding = Binding(self.session.bindings, self.session.hand, self.settings, self.notices)

    def _read(self) -> None:
        """What brings images and other objects on the screen."""
        self.loading = Loading(self.session, self.notices, self.runner, self.shelf, self.sandbox)
        self.inspecting = Inspecting(self.session, self.header, self.runner, self.sandbox)
        self.hanging = Hanging(
            self.session,
            self.links,
            self.loading,
            self.annotating,
            self.presets,
            self.notices,
            self.places.settings / "hanging",
        )
        self.reading = Reading(
            self.session,
            self.notices,
            self.runner,
            self.annotating,
            self.loading,
            self.hanging,
            self.sandbox,
            self._prior_of,
        )
        self.cutting = Cutting(self.session, self.runner)
        self.fusing = Fusing(self.session, self.loading, self.notices)
        self.presenting = Presenting(self.session, self.notices, self.runner, self.sandbox)
        self.overlaying = Overlaying(
            self.session, self.findings, self.notices, self.runner, self.sandbox, self.reading, self.presenting
        )

    def _prior_of(self, series: Series) -> tuple[Series, ...]:
        """What the library has to compare with; nothing where it cannot be asked, which the list of studies tells."""
        try:
            self.shelf.open()  # all of it, in this thread: the window asks for the rest as soon as it shows something
            return self.shelf.catalogue.prior_of(series)
        except LibraryError:
            return ()

    def _learn(self) -> None:
        """Models: applied, and made."""
        self.inferring = Inferring(
            self.session, self.findings, self.models, self.notices, self.runner, self.registry, self.process
        )
        self.refining = Refining(self.segmentation, self.findings, self.notices, self.editing, self.inferring)
        self.teaching = Teaching(
            self.learning, self.notices, self.runner, self.shelf, self.inferring, self.places.models, self.places.runs
        )

    def _list(self) -> None:
        """The list of studies."""
        self.cataloguing = Cataloguing(
            self.session, self.studies, self.notices, self.background, self.shelf, self.sandbox, self.reading
        )
        self.indexing = FolderIndexing(
            self.studies, self.notices, self.background, self.shelf, self.sandbox, self.cataloguing
        )
        self.thumbnailing = Thumbnailing(
            self.session,
            self.studies,
            self.notices,
            self.runner,
            self.background,
            self.sandbox,
            self.places.cache / "thumbnails",
        )

    def _queue(self) -> None:
        """The work queue."""
        self.queueing = Queueing(
            self.session,
            self.worklist,
            self.segmentation,
            self.notices,
            self.background,
            self.shelf,
            self.annotating,
            self.loading,
        )
        self.adjudicating = Adjudicating(
            self.worklist,
            self.segmentation,
            self.notices,
            self.shelf,
            self.annotating,
            self.revising,
            self.comparing,
        )
        self.enlisting = Enlisting(
            self.worklist,
            self.notices,
            self.settings,
            self.shelf,
            self.indexing,
            self.studies,
            self.queueing,
        )
