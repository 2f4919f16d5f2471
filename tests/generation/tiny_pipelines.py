"""Whole video pipelines with tiny random weights, built in memory: Wan in its forms, CogVideoX, Stable Video Diffusion.

What they show is noise, but every part is real: nothing is downloaded, and a film takes a fraction of a second.
"""

from typing import Any

from tests.generation.tiny_ltx2 import tiny_tokenizer


def tiny_wan(*, two_stage: bool = False, expand_timesteps: bool = False, from_text: bool = True) -> Any:
    """Return Wan: 2.1, or the two-transformer form of 2.2 (14B), or its one for text and pictures (5B)."""
    from diffusers import WanImageToVideoPipeline, WanPipeline

    channels = 4 if from_text else 4 + 4 + 4
    parts = _wan_parts() | {
        "transformer": _wan_transformer(channels), "transformer_2": _wan_transformer(channels) if two_stage else None,
        "boundary_ratio": 0.875 if two_stage else None, "expand_timesteps": expand_timesteps,
    }  # fmt: skip
    return _quiet(WanPipeline(**parts) if from_text else WanImageToVideoPipeline(**parts))


def tiny_vace() -> Any:
    """Return Wan VACE, which takes pictures of people and frames anywhere."""
    import torch
    from diffusers import WanVACEPipeline, WanVACETransformer3DModel

    torch.manual_seed(4)
    transformer = WanVACETransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=12, in_channels=4, out_channels=4, text_dim=16,
        freq_dim=16, ffn_dim=16, num_layers=2, rope_max_seq_len=32, vace_layers=[0], vace_in_channels=8 + 64,
    )  # fmt: skip
    return _quiet(WanVACEPipeline(**_wan_parts(), transformer=transformer))


def tiny_cogvideox() -> Any:
    """Return CogVideoX: a pipeline that this project knows nothing of but its family's rate."""
    import torch
    from diffusers import AutoencoderKLCogVideoX, CogVideoXDDIMScheduler, CogVideoXPipeline, CogVideoXTransformer3DModel

    torch.manual_seed(5)
    transformer = CogVideoXTransformer3DModel(
        num_attention_heads=2, attention_head_dim=16, in_channels=4, out_channels=4, time_embed_dim=2,
        text_embed_dim=16, num_layers=2, sample_width=8, sample_height=8, sample_frames=9, patch_size=2,
        temporal_compression_ratio=4, max_text_seq_length=16,
    )  # fmt: skip
    vae = AutoencoderKLCogVideoX(
        down_block_types=("CogVideoXDownBlock3D",) * 4, up_block_types=("CogVideoXUpBlock3D",) * 4,
        block_out_channels=(4, 4, 4, 4), latent_channels=4, layers_per_block=1, norm_num_groups=2,
    )  # fmt: skip
    return _quiet(CogVideoXPipeline(
        tokenizer=tiny_tokenizer(), text_encoder=_t5(), vae=vae, transformer=transformer,
        scheduler=CogVideoXDDIMScheduler(),
    ))  # fmt: skip


def tiny_svd() -> Any:
    """Return Stable Video Diffusion: a film out of a picture, without words."""
    import torch
    from diffusers import (
        AutoencoderKLTemporalDecoder,
        EulerDiscreteScheduler,
        StableVideoDiffusionPipeline,
        UNetSpatioTemporalConditionModel,
    )
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModelWithProjection

    torch.manual_seed(6)
    unet = UNetSpatioTemporalConditionModel(
        block_out_channels=(32, 32), layers_per_block=1, sample_size=8, in_channels=8, out_channels=4,
        down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
        up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"), cross_attention_dim=16,
        num_attention_heads=2, projection_class_embeddings_input_dim=96, addition_time_embed_dim=32,
    )  # fmt: skip
    vae = AutoencoderKLTemporalDecoder(
        block_out_channels=(32, 32), down_block_types=("DownEncoderBlock2D",) * 2, latent_channels=4
    )
    encoder = CLIPVisionModelWithProjection(CLIPVisionConfig(
        hidden_size=16, projection_dim=16, num_hidden_layers=1, num_attention_heads=2, image_size=224,
        intermediate_size=16, patch_size=56,
    )).eval()  # fmt: skip
    scheduler = EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", prediction_type="v_prediction",
        sigma_max=700.0, sigma_min=0.002, timestep_spacing="leading", timestep_type="continuous",
        use_karras_sigmas=True,
    )  # fmt: skip
    return _quiet(StableVideoDiffusionPipeline(
        unet=unet, vae=vae, image_encoder=encoder, scheduler=scheduler,
        feature_extractor=CLIPImageProcessor(crop_size=224, size=224),
    ))  # fmt: skip


def _wan_parts() -> dict[str, Any]:
    import torch
    from diffusers import AutoencoderKLWan, FlowMatchEulerDiscreteScheduler

    torch.manual_seed(3)
    vae = AutoencoderKLWan(
        base_dim=2, z_dim=4, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True],
        latents_mean=[0.0] * 4, latents_std=[1.0] * 4,
    )  # fmt: skip
    scheduler = FlowMatchEulerDiscreteScheduler(shift=7.0)
    return {"tokenizer": tiny_tokenizer(), "text_encoder": _umt5(), "vae": vae, "scheduler": scheduler}


def _wan_transformer(channels: int) -> Any:
    from diffusers import WanTransformer3DModel

    return WanTransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=12, in_channels=channels, out_channels=4,
        text_dim=16, freq_dim=16, ffn_dim=16, num_layers=2, rope_max_seq_len=32,
    )  # fmt: skip


def _t5() -> Any:
    from transformers import T5Config, T5EncoderModel

    return T5EncoderModel(T5Config(**_T5)).eval()


def _umt5() -> Any:
    from transformers import UMT5Config, UMT5EncoderModel

    return UMT5EncoderModel(UMT5Config(**_T5)).eval()


_T5 = {"vocab_size": 64, "d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": 1, "num_heads": 2}


def _quiet(pipeline: Any) -> Any:
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
