"""SmolLM2-135M-Instruct from GGUF to an ordinary Hugging Face checkpoint in fp32.

transformers reads a GGUF file, but what it then holds is not yet a checkpoint that loads like any
other: the configuration still says "quantized", the tokenizer has lost a splitting rule, and the
end-of-turn ids live in two places. Here they are put right, checked, and listed in a manifest.
"""

import contextlib
import hashlib
import io
import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ValidationError

from thoughtcrime_evals.errors import SetupError

CONVERTER_VERSION = 2
"""Goes up whenever the same GGUF would be written differently."""

MANIFEST_NAME = "thoughtcrime.json"
WEIGHTS_NAME = "model.safetensors"
CHAT_TEMPLATE = Path(__file__).with_name("chat_template.jinja")

_BOS, _EOS, _UNKNOWN = "<|im_start|>", "<|im_end|>", "<|endoftext|>"
MAX_NEW_TOKENS = 512
"""Of a reply, where a run does not say: at temperature 1, this model rarely finds an end."""
_IDS = {_UNKNOWN: 0, _BOS: 1, _EOS: 2}
_ROUND_TRIPS = (
    "The capital of France isn't Berlin , is it ?",
    "def f(x):\n    return [0.5,   17, 2024]\n\n",
    "naïve café, 日本語, 🙂",
    f"{_BOS}user\nhi{_EOS}\n{_BOS}assistant\n<think>\n\n</think>\n\n",
)


class FileRecord(BaseModel):
    """Size in bytes and hash of one written file."""

    bytes: int
    sha256: str


class Manifest(BaseModel):
    """What a converted checkpoint was made of, and what it must still look like."""

    model: str = "SmolLM2-135M-Instruct"
    license: str = "Apache-2.0"
    source: str
    gguf_sha256: str
    converter: int
    transformers: str
    files: dict[str, FileRecord]

    @classmethod
    def read(cls, directory: Path) -> "Manifest | None":
        """Return the manifest in a directory, or None where there is none that can be read."""
        try:
            return cls.model_validate_json((directory / MANIFEST_NAME).read_bytes())
        except (FileNotFoundError, IsADirectoryError, ValidationError):
            return None

    def fault(self, directory: Path) -> str | None:
        """Compare the files in a directory with the manifest.

        Args:
            directory: The checkpoint; files that the manifest does not name are ignored.

        Returns:
            What is wrong with the first file that differs, or None if all are as written.
        """
        if not self.files:
            return "lists no files"
        # Sizes first: an interrupted copy shows at once, before half a gigabyte is hashed.
        for name, record in self.files.items():
            path = directory / name
            if Path(name).name != name or not path.is_file():
                return f"{name} is missing"
            if path.stat().st_size != record.bytes:
                return f"{name} has {path.stat().st_size} bytes instead of {record.bytes}"
        for name, record in self.files.items():
            if sha256_of(directory / name) != record.sha256:
                return f"{name} was changed"
        return None


def sha256_of(path: Path) -> str:
    """Hash a file.

    Args:
        path: The file.

    Returns:
        Its SHA-256 in lower-case hex.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(directory: Path, *, source: str, gguf_sha256: str) -> None:
    """List the files of a checkpoint in its manifest.

    Args:
        directory: The checkpoint, complete but for the manifest.
        source: Where the GGUF came from, as text for the reader.
        gguf_sha256: Hash of the GGUF.
    """
    from transformers import __version__ as transformers_version

    files = {
        path.name: FileRecord(bytes=path.stat().st_size, sha256=sha256_of(path))
        for path in sorted(directory.iterdir())
    }
    manifest = Manifest(
        source=source,
        gguf_sha256=gguf_sha256,
        converter=CONVERTER_VERSION,
        transformers=transformers_version,
        files=files,
    )
    (directory / MANIFEST_NAME).write_text(manifest.model_dump_json(indent=2) + "\n", "utf-8")


def convert_gguf(gguf: Path, directory: Path) -> None:
    """Write a Hugging Face checkpoint (fp32, safetensors) from the GGUF of SmolLM2.

    Args:
        gguf: The GGUF file.
        directory: An existing, empty directory.

    Raises:
        SetupError: If a package is missing, or if the installed transformers reads the file in a
            way that gives another tokenizer or configuration than the model's own.
        OSError: If the files cannot be written.
    """
    try:
        import gguf as _gguf  # noqa: F401 - transformers looks for it only halfway through
        import torch
        import transformers
    except ImportError as error:
        raise SetupError(
            f"Converting the model needs a package that does not import ({error}): "
            "reinstall thoughtcrime-evals with its dependencies."
        ) from error
    with _quiet():
        model = transformers.AutoModelForCausalLM.from_pretrained(
            gguf.parent, gguf_file=gguf.name, dtype=torch.float32, local_files_only=True
        )
        # The weights are plain fp32 now. Left in place, these two make `save_pretrained` refuse
        # ("not serializable") and every later load ask for the gguf package.
        if hasattr(model.config, "quantization_config"):
            del model.config.quantization_config
        model.hf_quantizer = None
        # A name out of the GGUF header that would pass for a path.
        vars(model.config).pop("_model_name_or_path", None)
        # Made afresh: one derived from the configuration is overwritten by it on loading.
        model.generation_config = transformers.GenerationConfig(
            max_new_tokens=MAX_NEW_TOKENS,
            bos_token_id=_IDS[_BOS],
            eos_token_id=_IDS[_EOS],
            pad_token_id=_IDS[_EOS],
        )
        with _disk_errors(directory):
            model.save_pretrained(directory)
            _write_tokenizer(gguf, directory, max_length=model.config.max_position_embeddings)
        _check(directory)
    # safetensors leaves the weights readable to their owner only, unlike the other files.
    (directory / WEIGHTS_NAME).chmod((directory / "config.json").stat().st_mode)


def _write_tokenizer(gguf: Path, directory: Path, *, max_length: int) -> None:
    from tokenizers import pre_tokenizers
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    backend = AutoTokenizer.from_pretrained(
        gguf.parent, gguf_file=gguf.name, local_files_only=True
    ).backend_tokenizer
    # The GGUF names its rule for splitting text only ("smollm"), and transformers takes GPT-2's:
    # digits were single pieces in training, and without that rule the whitespace before a number
    # falls into tokens which the model has not seen there.
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token=_BOS,
        eos_token=_EOS,
        pad_token=_EOS,
        unk_token=_UNKNOWN,
        model_max_length=max_length,
        clean_up_tokenization_spaces=False,
        chat_template=CHAT_TEMPLATE.read_text("utf-8"),
    ).save_pretrained(directory)
    # The class is written under a name that only transformers 5 knows; servers with an older one
    # read this file too, and both know this name.
    path = directory / "tokenizer_config.json"
    settings = json.loads(path.read_text("utf-8"))
    settings["tokenizer_class"] = "PreTrainedTokenizerFast"
    path.write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", "utf-8")


def _check(directory: Path) -> None:
    """Raise SetupError unless the written checkpoint reads back as SmolLM2."""
    from transformers import AutoTokenizer, __version__

    def require(condition: bool, what: str) -> None:
        if not condition:
            raise SetupError(
                f"The converted {what} is not as it should be, because the installed transformers "
                f"{__version__} reads GGUF files differently: install transformers 5.23."
            )

    config = json.loads((directory / "config.json").read_text("utf-8"))
    generation = json.loads((directory / "generation_config.json").read_text("utf-8"))
    require("quantization_config" not in config, "configuration")
    for settings in (config, generation):
        ids = [settings.get(f"{token}_token_id") for token in ("bos", "eos", "pad")]
        require(ids == [_IDS[_BOS], _IDS[_EOS], _IDS[_EOS]], "set of end-of-turn ids")
    tokenizer = AutoTokenizer.from_pretrained(directory, local_files_only=True)
    require(len(tokenizer) == config["vocab_size"], "vocabulary")
    require(tokenizer.chat_template == CHAT_TEMPLATE.read_text("utf-8"), "chat template")
    for token, number in _IDS.items():
        require(tokenizer.encode(token) == [number], "set of special tokens")
        require(number in tokenizer.all_special_ids, "set of special tokens")
    require(tokenizer.tokenize("   17") == ["ĠĠĠ", "1", "7"], "tokenizer")
    for text in _ROUND_TRIPS:
        require(tokenizer.decode(tokenizer.encode(text)) == text, "tokenizer")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep transformers' warnings and progress bars off the terminal."""
    # Imported before stderr is swapped: its log handler keeps the stream it finds.
    from transformers.utils import logging

    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        # One of the bars is tqdm's own and obeys none of transformers' switches.
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(verbosity)


@contextlib.contextmanager
def _disk_errors(directory: Path) -> Iterator[None]:
    """Turn the errors of the Rust writers, which carry errno in their text only, into OSError."""
    try:
        yield
    except Exception as error:
        found = re.search(r"\(os error (\d+)\)", str(error))
        if found is None or isinstance(error, OSError):
            raise
        raise OSError(int(found[1]), str(error), str(directory)) from error
