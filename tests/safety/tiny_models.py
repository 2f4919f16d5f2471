"""An open_clip model and a Whisper model with tiny random weights, saved as an operator's folders would be."""

import json
from pathlib import Path
from typing import Any

CLIP_CONFIG: dict[str, Any] = {
    "model_cfg": {
        "embed_dim": 16,
        "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16},
        "text_cfg": {"context_length": 24, "vocab_size": 49_408, "width": 16, "heads": 2, "layers": 1},
    },
    "preprocess_cfg": {},
}


def save_clip(folder: Path, seed: int = 0) -> Path:
    """Write ``open_clip_config.json`` and random weights; return the folder."""
    import torch
    from open_clip import CLIP
    from safetensors.torch import save_file

    folder.mkdir(parents=True)
    torch.manual_seed(seed)
    shape = CLIP_CONFIG["model_cfg"]
    model = CLIP(shape["embed_dim"], shape["vision_cfg"], shape["text_cfg"])
    save_file({name: value.contiguous() for name, value in model.state_dict().items()},
              folder / "open_clip_model.safetensors")  # fmt: skip
    (folder / "open_clip_config.json").write_text(json.dumps(CLIP_CONFIG), encoding="utf-8")
    return folder


def save_whisper(folder: Path) -> Path:
    """Write a whole Whisper checkpoint (weights, feature extractor, tokenizer); return the folder."""
    import torch
    from transformers import (
        GenerationConfig,
        WhisperConfig,
        WhisperFeatureExtractor,
        WhisperForConditionalGeneration,
        WhisperTokenizer,
    )
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    torch.manual_seed(0)
    letters = {letter: place for place, letter in enumerate(bytes_to_unicode().values())}
    special = {"<|endoftext|>": 256, "<|startoftranscript|>": 257, "<|notimestamps|>": 258}
    tokenizer = WhisperTokenizer(vocab=letters | special, merges=[], unk_token="<|endoftext|>",
                                 bos_token="<|endoftext|>", eos_token="<|endoftext|>")  # fmt: skip
    config = WhisperConfig(
        vocab_size=259, d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, max_target_positions=64,
        pad_token_id=256, bos_token_id=256, eos_token_id=256, decoder_start_token_id=257,
    )  # fmt: skip
    model = WhisperForConditionalGeneration(config).eval()
    model.generation_config = GenerationConfig(
        decoder_start_token_id=257, eos_token_id=256, pad_token_id=256, max_new_tokens=8, is_multilingual=False,
        no_timestamps_token_id=258,
    )  # fmt: skip
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    WhisperFeatureExtractor().save_pretrained(folder)
    return folder
