using Gateway.Kubernetes.Nodes;

namespace Gateway.Tests.Kubernetes.Nodes;

public sealed class GpuResourcesTests
{
    [Theory]
    [InlineData("NVIDIA-A100-SXM4-80GB", "A100-80GB")]
    [InlineData("NVIDIA-A100-PCIE-40GB", "A100-40GB")]
    [InlineData("NVIDIA-H100-80GB-HBM3", "H100-80GB")]
    [InlineData("NVIDIA-H100-NVL", "H100-NVL")]
    [InlineData("NVIDIA-H200", "H200")]
    [InlineData("NVIDIA-GB200", "GB200")]
    [InlineData("Tesla-V100-SXM2-32GB", "V100-32GB")]
    [InlineData("Tesla-T4-SHARED", "T4")]
    [InlineData("AMD-Instinct-MI300X-OAM", "MI300X")]
    [InlineData("NVIDIA-A100-SXM4-80GB-MIG-1g.10gb", "A100-80GB/1g.10gb")]
    [InlineData("???", "GPU")]
    public void A_label_names_a_model_as_teams_do(string product, string model) => Assert.Equal(model, GpuResources.ModelOf(product));

    [Theory]
    [InlineData("nvidia.com/mig-1g.10gb", "1g.10gb")]
    [InlineData("nvidia.com/mig-1g.5gb.me", "1g.5gb.me")]
    [InlineData("nvidia.com/gpu", null)]
    [InlineData("nvidia.com/mig-", null)]
    [InlineData("cpu", null)]
    public void A_resource_of_parts_names_its_profile(string resource, string? profile) => Assert.Equal(profile, GpuResources.ProfileOf(resource));

    [Theory]
    [InlineData("A100-80GB/1g.10gb", "nvidia.com/mig-1g.10gb")]
    [InlineData("H100-80GB", "nvidia.com/gpu")]
    [InlineData("MI300X", "amd.com/gpu")]
    public void A_model_has_the_resource_that_pods_ask_for(string model, string resource) => Assert.Equal(resource, GpuResources.ResourceOf(model));
}
