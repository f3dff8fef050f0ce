"""The demo: five parts, told on the terminal as they end, and one page that holds them all.

Everything that takes time is kept where it was done: trials in the store, weights in their file.
So the demo can be stopped anywhere, and goes on where it was.
"""

from collections.abc import Callable
from pathlib import Path
from textwrap import fill

from ablation.pages.page import Page, Prose, Section, Strong
from ablation.runner.progress import Watcher
from ablation.studies.demo.bow import refused
from ablation.studies.demo.confounded import confounded
from ablation.studies.demo.napkin import identified
from ablation.studies.demo.part import Part, Scale, Setting, Tell
from ablation.studies.demo.prediction import explained
from ablation.studies.demo.retraining import retrained
from ablation.studies.demo.wiring import wired


def answered(setting: Setting) -> Part:
    """A query with a formula, then one without."""
    yes, no = identified(setting), refused(setting)
    return Part(f"{yes.answer} {no.answer}", yes.told + no.told, yes.blocks + no.blocks)


PARTS: tuple[tuple[str, Callable[[Setting], Part]], ...] = (
    ("What is each component worth?", retrained),
    ("How are the components wired?", wired),
    ("What does a confounded log say?", confounded),
    ("Would this very prediction still be right?", explained),
    ("What can be computed from data at all?", answered),
)
LEAD = (
    "Ablation studies read as causal experiments, on real scans of handwritten digits. Every "
    "number on this page was computed on this machine, each with what it rests on."
)


def demo(
    folder: Path,
    *,
    workers: int,
    tell: Tell,
    watch: Watcher | None = None,
    scale: Scale | None = None,
) -> Path:
    """Run all parts, or what is missing of them, and write `report.html`; returns its path.

    `tell` hears the story line by line, `watch` the progress of each study.
    """
    folder.mkdir(parents=True, exist_ok=True)
    setting = Setting(folder=folder, workers=workers, watch=watch, scale=scale or Scale())
    sections = []
    for number, (title, made) in enumerate(PARTS, start=1):
        tell(f"\n{number}. {title}")
        part = made(setting)
        for line in (part.answer, *part.told):
            tell(_indented(line))
        sections.append(Section(title, (Prose(Strong(part.answer)), *part.blocks)))
    page = Page("Would it still have been right?", LEAD, sections)
    path = page.save(folder / "report.html")
    tell(f"\nThe whole story, with pictures: {path}")
    return path


def _indented(line: str) -> str:
    """Set a sentence for a terminal; lines of a table are left as they are."""
    margin = "   "
    if line.startswith(" "):
        return margin + line
    return fill(line, width=88, initial_indent=margin, subsequent_indent=margin)
