"""Wan in its forms and CogVideoX with tiny random weights, built in memory.

What they show is noise, but every part is real: nothing is downloaded, and a film takes a fraction of a second.
"""

from typing import Any

from pipelines.offline.bench.tiny_ltx2 import library, tiny_tokenizer

# What a call must be told, since the text encoders are so small.
SHORT = {"max_sequence_length": 16}
LTX2 = {"spatio_temporal_guidance_blocks": [1], **SHORT}


def tiny_wan(*, two_stage: bool = False, expand_timesteps: bool = False, from_text: bool = True) -> Any:
    """Return Wan: 2.1, or the two-transformer form of 2.2 (14B), or its one for text and pictures (5B)."""
    diffusers = library("diffusers")
    channels = 4 if from_text else 4 + 4 + 4
    parts = wan_parts() | {
        "transformer": _wan_transformer(channels), "transformer_2": _wan_transformer(channels) if two_stage else None,
        "boundary_ratio": 0.875 if two_stage else None, "expand_timesteps": expand_timesteps,
    }  # fmt: skip
    return quiet(diffusers.WanPipeline(**parts) if from_text else diffusers.WanImageToVideoPipeline(**parts))


def tiny_cogvideox() -> Any:
    """Return CogVideoX: a pipeline that this project knows nothing of but its family's rate."""
    import torch

    diffusers = library("diffusers")
    torch.manual_seed(5)
    transformer = diffusers.CogVideoXTransformer3DModel(
        num_attention_heads=2, attention_head_dim=16, in_channels=4, out_channels=4, time_embed_dim=2,
        text_embed_dim=16, num_layers=2, sample_width=8, sample_height=8, sample_frames=9, patch_size=2,
        temporal_compression_ratio=4, max_text_seq_length=16,
    )  # fmt: skip
    vae = diffusers.AutoencoderKLCogVideoX(
        down_block_types=("CogVideoXDownBlock3D",) * 4, up_block_types=("CogVideoXUpBlock3D",) * 4,
        block_out_channels=(4, 4, 4, 4), latent_channels=4, layers_per_block=1, norm_num_groups=2,
    )  # fmt: skip
    return quiet(diffusers.CogVideoXPipeline(
        tokenizer=tiny_tokenizer(), text_encoder=_t5(), vae=vae, transformer=transformer,
        scheduler=diffusers.CogVideoXDDIMScheduler(),
    ))  # fmt: skip


def wan_parts() -> dict[str, Any]:
    """Return all of a tiny Wan but its denoiser."""
    import torch

    diffusers = library("diffusers")
    torch.manual_seed(3)
    vae = diffusers.AutoencoderKLWan(
        base_dim=2, z_dim=4, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True],
        latents_mean=[0.0] * 4, latents_std=[1.0] * 4,
    )  # fmt: skip
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler(shift=7.0)
    return {"tokenizer": tiny_tokenizer(), "text_encoder": _umt5(), "vae": vae, "scheduler": scheduler}


def _wan_transformer(channels: int) -> Any:
    diffusers = library("diffusers")
    return diffusers.WanTransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=12, in_channels=channels, out_channels=4,
        text_dim=16, freq_dim=16, ffn_dim=16, num_layers=2, rope_max_seq_len=32,
    )  # fmt: skip


def _t5() -> Any:
    transformers = library("transformers")
    return transformers.T5EncoderModel(transformers.T5Config(**_T5)).eval()


def _umt5() -> Any:
    transformers = library("transformers")
    return transformers.UMT5EncoderModel(transformers.UMT5Config(**_T5)).eval()


_T5: dict[str, Any] = {"vocab_size": 64, "d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": 1, "num_heads": 2}


def quiet(pipeline: Any) -> Any:
    """Return the pipeline without its progress bar."""
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
