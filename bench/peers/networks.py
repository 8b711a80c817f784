"""The networks that are compared: one per architecture family of torchvision and timm, one image or clip as input."""

from __future__ import annotations

__all__ = ["NETWORKS"]

TORCHVISION = """
    alexnet convnext_tiny deeplabv3_resnet50 densenet121 efficientnet_b0 efficientnet_v2_s googlenet inception_v3
    lraspp_mobilenet_v3_large maxvit_t mnasnet1_0 mobilenet_v2 mobilenet_v3_large mvit_v2_s r3d_18 regnet_y_400mf
    resnet50 resnext50_32x4d s3d shufflenet_v2_x1_0 squeezenet1_1 swin3d_t swin_t swin_v2_t vgg16 vit_b_16
"""

TIMM = """
    beit_base_patch16_224 cait_xxs24_224 coat_tiny coatnet_nano_rw_224 convit_tiny convmixer_768_32 crossvit_tiny_240
    davit_tiny dla34 edgenext_small efficientformer_l1 efficientvit_b0 eva02_tiny_patch14_224 fastvit_t8
    focalnet_tiny_srf gcvit_xxtiny ghostnet_100 gmlp_s16_224 halonet26t hrnet_w18 levit_128s mambaout_femto
    mixer_s32_224 mobilevit_s nest_tiny nf_regnet_b1 pit_s_224 poolformer_s12 pvt_v2_b0 repvgg_a0 resmlp_12_224
    resnest14d tnt_s_patch16_224 twins_pcpvt_small vit_small_r26_s32_224 volo_d1_224 xception41 xcit_tiny_12_p16_224
"""

NETWORKS = (
    *(f"torchvision:{name}" for name in TORCHVISION.split()),
    *(f"timm:{name}" for name in TIMM.split()),
)
