"""A whole LTX-2 pipeline with tiny random weights, built in memory: no hub, no files, a tenth of a second a film."""

from importlib import import_module
from typing import Any


def tiny_pipeline() -> Any:
    """Return a pipeline that runs on a CPU at once; what it shows is noise, but every part is real."""
    import torch

    diffusers = library("diffusers")
    ltx2 = library("diffusers.pipelines.ltx2")
    vocoder = library("diffusers.pipelines.ltx2.vocoder")
    torch.manual_seed(0)
    video = diffusers.AutoencoderKLLTX2Video(
        latent_channels=4, block_out_channels=(8,), decoder_block_out_channels=(8,), layers_per_block=(1,),
        decoder_layers_per_block=(1, 1), spatio_temporal_scaling=(True,), decoder_spatio_temporal_scaling=(True,),
        decoder_inject_noise=(False, False), downsample_type=("spatial",), upsample_type=("spatiotemporal",),
        down_block_types=("LTX2VideoDownBlock3D",), upsample_residual=(False,), upsample_factor=(1,),
        encoder_causal=True, decoder_causal=False,
    )  # fmt: skip
    video.use_framewise_encoding = video.use_framewise_decoding = False
    audio = diffusers.AutoencoderKLLTX2Audio(
        base_channels=8, ch_mult=(1,), num_res_blocks=1, attn_resolutions=None, resolution=32, latent_channels=2,
        mel_bins=16,
    )  # fmt: skip
    transformer = diffusers.LTX2VideoTransformer3DModel(
        in_channels=4, out_channels=4, num_attention_heads=2, attention_head_dim=8, cross_attention_dim=16,
        audio_in_channels=8, audio_out_channels=8, audio_num_attention_heads=2, audio_attention_head_dim=4,
        audio_cross_attention_dim=8, num_layers=2, caption_channels=32, rope_double_precision=False,
    )  # fmt: skip
    connectors = ltx2.LTX2TextConnectors(
        caption_channels=32, text_proj_in_factor=3, video_connector_num_attention_heads=4,
        video_connector_attention_head_dim=8, video_connector_num_layers=1,
        video_connector_num_learnable_registers=None,
        audio_connector_num_attention_heads=4, audio_connector_attention_head_dim=8, audio_connector_num_layers=1,
        audio_connector_num_learnable_registers=None, connector_rope_base_seq_len=32, rope_double_precision=False,
    )  # fmt: skip
    vocoder = vocoder.LTX2Vocoder(
        in_channels=32, hidden_channels=32, out_channels=2, upsample_kernel_sizes=[4, 4], upsample_factors=[2, 2],
        resnet_kernel_sizes=[3], resnet_dilations=[[1, 3, 5]], output_sampling_rate=16000,
    )  # fmt: skip
    pipeline = diffusers.LTX2Pipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(), vae=video, audio_vae=audio, text_encoder=_text_encoder(),
        tokenizer=tiny_tokenizer(), connectors=connectors, transformer=transformer, vocoder=vocoder,
    )  # fmt: skip
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _text_encoder() -> Any:
    transformers = library("transformers")
    text = transformers.Gemma3TextConfig(
        vocab_size=64, hidden_size=32, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, head_dim=16, max_position_embeddings=128, sliding_window=32,
    )  # fmt: skip
    vision = transformers.SiglipVisionConfig(
        hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1, image_size=32, patch_size=16
    )
    return transformers.Gemma3ForConditionalGeneration(
        transformers.Gemma3Config(text_config=text, vision_config=vision, mm_tokens_per_image=4)
    ).eval()


def tiny_tokenizer() -> Any:
    """Return a tokenizer of a dozen words."""
    transformers = library("transformers")
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    words = ["<pad>", "<eos>", "<bos>", "<unk>", "a", "ball", "on", "the", "sea", "cinematic", "film"]
    marks = {name: f"<{name[:3]}>" for name in ("pad_token", "eos_token", "bos_token", "unk_token")}
    model = Tokenizer(WordLevel({word: place for place, word in enumerate(words)}, marks["unk_token"]))
    model.pre_tokenizer = Whitespace()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=model, padding_side="left", model_max_length=32, **marks
    )  # fmt: skip


def library(name: str) -> Any:
    """Return diffusers, transformers or a part of them: calls of theirs are not typed."""
    return import_module(name)
