"""Untrusted files are parsed and decoded here, in processes with limits; the program never looks into their bytes.

``Sandbox`` has the functions of :mod:`imaging.formats.reading`, with the same errors and progress::

    with Sandbox() as sandbox:
        study = sandbox.open_study(path)
        volume = sandbox.load_volume(study.series[0])

A worker is bound before it sees the first byte: address space; no write outside its scratch folder, no connection and
no signal to others (Landlock, as far as the Linux kernel has it); no core dump, a session of its own, an environment
without secrets. It is stopped after ten
seconds without progress. Codecs that crash, hang, panic or eat memory cost one file, named with the reason.

Nothing a worker says is trusted: messages are JSON, read as the one type that is expected (:mod:`.wire`). Arrays lie in
shared memory without a name, handed over by descriptor (:mod:`.memory`), so that nothing is left when either side is
killed; the planes of a DICOM series only pass through a little of it (:mod:`.planes`). Planes in which nothing is to be
decoded do not pass at all: the program copies them from their files, told where they lie (:mod:`.left`). Outside
Linux nothing confines writing, and Windows does not limit memory; death, silence and nonsense are handled anywhere.

Modules: ``sandbox`` the workers as one reader · ``indexing`` a large folder in parts · ``listings`` kept on disk ·
``process`` one worker, seen from the program · ``starting`` how it is started · ``exchange`` one request under way ·
``worker`` the other side · ``relay`` its line to the program · ``channel`` messages on a socket · ``wire`` values as
JSON · ``memory`` shared arrays · ``planes`` a volume plane by plane · ``left`` planes that the program copies
itself · ``room`` memory for them · ``opened`` which files a worker turned to · ``limits`` what a worker may do ·
``requests`` what can be asked.
"""

from imaging.sandbox.sandbox import Sandbox

__all__ = ["Sandbox"]
