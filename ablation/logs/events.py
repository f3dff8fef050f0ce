"""TensorBoard's event files: records of a length and a message, and what of them is a metric.

The few fields that scalars and hyperparameters need are read by hand (tensorflow/core/util/
event.proto and framework/summary.proto; protobuf's wire format), so that no TensorFlow is needed.
"""

import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from ablation.canonical import Json
from ablation.logs.run import LogError, Run
from ablation.logs.values import value_of

Fields: TypeAlias = dict[int, list[int | bytes]]

_HPARAMS = "_hparams_/session_start_info"
_FLOAT, _DOUBLE = 1, 2


@dataclass
class _Story:
    """What the event files of one folder tell."""

    scalars: dict[str, tuple[int, float]] = field(default_factory=dict)
    config: dict[str, Json] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    whole: bool = True

    def take(self, beside: "_Story") -> None:
        """Take up what `add_hparams` wrote into a folder of its own."""
        self.config |= beside.config
        self.scalars = {**beside.scalars, **self.scalars}
        self.whole &= beside.whole


def tensorboard_runs(folder: Path) -> Iterator[Run]:
    """Read a folder of event files: a folder a run, the last value of every scalar.

    The configuration is what the HParams plugin recorded, and `key=value` in folders' names. A
    record that was cut short by a crash, or whose length is damaged, ends its file, and the run
    counts as not finished; a file that does not begin with a record is refused. A
    folder inside a run's that holds hyperparameters only says what they were.
    """
    stories: dict[Path, _Story] = {}
    for file in sorted(folder.rglob("*tfevents*")):
        _tell(file, stories.setdefault(file.parent, _Story()))
    for run in [each for each in stories if each.parent in stories and stories[each].config]:
        stories[run.parent].take(stories.pop(run))
    for run, story in sorted(stories.items()):
        name = str(run.relative_to(folder)) if run != folder else run.name
        yield Run(
            name=name,
            config={**_named(name), **story.config},
            metrics={tag: value for tag, (_, value) in story.scalars.items()},
            status="finished" if story.whole else "cut short",
            finished=story.whole,
            seconds=max(story.times) - min(story.times) if story.times else None,
        )


def _tell(file: Path, story: _Story) -> None:
    """Add a file to a story; the file is whole if it ends where a record ends."""
    whole = file.read_bytes()
    if whole and not _heads(whole, 0):
        raise LogError(
            file, "is no event file of TensorBoard: it does not begin with a record's length."
        )
    at = 0
    while _heads(whole, at):
        (length,) = struct.unpack_from("<Q", whole, at)
        end = at + 16 + length
        if end > len(whole):
            break
        try:
            _event(_fields(whole[at + 12 : end - 4]), story)
        except (IndexError, struct.error, UnicodeDecodeError) as error:
            raise LogError(
                file, f"is no event file of TensorBoard: at byte {at} lies a record of no event."
            ) from error
        at = end
    story.whole &= at == len(whole)


def _heads(whole: bytes, at: int) -> bool:
    """Whether a record's length lies there, as the checksum after it says."""
    header = whole[at : at + 12]
    return len(header) == 12 and struct.pack("<I", _masked_crc(header[:8])) == header[8:]


def _masked_crc(data: bytes) -> int:
    """CRC-32C (RFC 3720, appendix B.4), turned and shifted as TensorFlow's records keep it.

    >>> _masked_crc(bytes([24, 0, 0, 0, 0, 0, 0, 0])).to_bytes(4, "little").hex()
    'a37f4b22'
    """
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _event(event: Fields, story: _Story) -> None:
    story.times += [struct.unpack("<d", each)[0] for each in _blobs(event, 1)]
    step = _number(event, 2)
    for summary in _blobs(event, 5):
        for value in _blobs(_fields(summary), 1):
            _value(_fields(value), step, story)


def _value(value: Fields, step: int, story: _Story) -> None:
    tag = b"".join(_blobs(value, 1)[-1:]).decode()
    if tag == _HPARAMS:
        for metadata in _blobs(value, 9):
            story.config |= _hyperparameters(_fields(metadata))
        return
    scalars = [struct.unpack("<f", each)[0] for each in _blobs(value, 2)]
    for tensor in _blobs(value, 8):
        scalars += _scalar(_fields(tensor))
    for each in scalars:
        if tag not in story.scalars or step >= story.scalars[tag][0]:
            story.scalars[tag] = (step, each)


def _scalar(tensor: Fields) -> list[float]:
    """The number in a tensor of one number; other tensors are no metrics."""
    for code, place, form in ((_FLOAT, 5, "f"), (_DOUBLE, 6, "d")):
        size = struct.calcsize(form)
        if _number(tensor, 1) == code:
            raw = b"".join(_blobs(tensor, place) or _blobs(tensor, 4))
            return [struct.unpack(f"<{form}", raw)[0]] if len(raw) == size else []
    return []


def _hyperparameters(metadata: Fields) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for plugin in _blobs(metadata, 1):
        for content in _blobs(_fields(plugin), 2):
            for session in _blobs(_fields(content), 3):
                for entry in _blobs(_fields(session), 1):
                    key, value = _fields(entry), _fields(b"".join(_blobs(_fields(entry), 2)))
                    found[b"".join(_blobs(key, 1)).decode()] = _dynamic(value)
    return found


def _dynamic(value: Fields) -> Json:
    """A google.protobuf.Value of a number, text or truth."""
    if numbers := _blobs(value, 2):
        number: float = struct.unpack("<d", numbers[-1])[0]
        return int(number) if number.is_integer() else number
    if texts := _blobs(value, 3):
        return texts[-1].decode()
    return bool(_number(value, 4)) if 4 in value else None


def _named(name: str) -> dict[str, Json]:
    """Read `lr=0.1,seed=3` in the parts of a path.

    >>> _named("sweep/lr=0.1,seed=3")
    {'lr': 0.1, 'seed': 3}
    """
    pairs = [part.partition("=") for part in name.replace(",", "/").split("/") if "=" in part]
    return {key: value_of(value) for key, _, value in pairs}


def _fields(message: bytes) -> Fields:
    """Take a message apart: field numbers with what stands in them, in order."""
    found: Fields = defaultdict(list)
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(message, at)
            found[number].append(value)
            continue
        length, at = {1: (8, at), 5: (4, at)}.get(kind) or _varint(message, at)
        if kind not in {1, 2, 5} or at + length > len(message):
            raise IndexError("no field of this length")
        found[number].append(message[at : at + length])
        at += length
    return found


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _blobs(fields: Fields, number: int) -> list[bytes]:
    return [each for each in fields.get(number, ()) if isinstance(each, bytes)]


def _number(fields: Fields, number: int) -> int:
    return next((each for each in fields.get(number, ()) if isinstance(each, int)), 0)
