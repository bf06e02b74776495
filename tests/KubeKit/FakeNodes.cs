using System.Globalization;
using System.Text.Json.Nodes;

namespace KubeKit;

/// <summary>Nodes that nobody stands behind, labelled as GPU machines of a cloud are.</summary>
public sealed record FakeNodes
{
    /// <summary>How many creations are under way at once.</summary>
    private const int AtOnce = 16;

    /// <summary>Nodes are called PREFIX-0000 and so on.</summary>
    public string Prefix { get; init; } = "gpu";

    public required int Count { get; init; }

    public int Gpus { get; init; } = 8;

    public string GpuProduct { get; init; } = "NVIDIA-H100-80GB-HBM3";

    public int Cpus { get; init; } = 96;

    public int MemoryGiB { get; init; } = 1800;

    public int Pods { get; init; } = 250;

    /// <summary>Nodes under one leaf switch.</summary>
    public int NodesPerRack { get; init; } = 16;

    /// <summary>Leaf switches under one spine switch.</summary>
    public int RacksPerBlock { get; init; } = 16;

    /// <summary>Name of the agent pool.</summary>
    public string Pool { get; init; } = "gpu";

    /// <summary>Labels beside the conventional ones, or instead of them; null takes one away.</summary>
    public Func<int, IReadOnlyDictionary<string, string?>>? Labels { get; init; }

    /// <summary>Extended resources beside nvidia.com/gpu.</summary>
    public IReadOnlyDictionary<string, string> Resources { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<(string Key, string Value, string Effect)> Taints { get; init; } = [];

    public string Name(int index) => $"{Prefix}-{index.ToString("0000", CultureInfo.InvariantCulture)}";

    /// <summary>Makes them all, ready and with their capacity.</summary>
    public Task Create(KubeApi api, CancellationToken cancellationToken = default) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, Count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (index, token) => await api.Create("/api/v1/nodes", Node(index), token));

    public Task Delete(KubeApi api, CancellationToken cancellationToken = default) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, Count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (index, token) => await api.Delete("/api/v1/nodes/" + Name(index), null, token));

    public JsonObject Node(int index)
    {
        var (rack, name) = (index / NodesPerRack, Name(index));
        var labels = new Dictionary<string, string?>
        {
            ["kubernetes.io/hostname"] = name,
            ["kubernetes.io/os"] = "linux",
            ["kubernetes.io/arch"] = "amd64",
            ["node.kubernetes.io/instance-type"] = "Standard_ND96isr_H100_v5",
            ["topology.kubernetes.io/region"] = "westeurope",
            ["topology.kubernetes.io/zone"] = "westeurope-1",
            ["agentpool"] = Pool,
            ["kubernetes.azure.com/agentpool"] = Pool,
            ["accelerator"] = "nvidia",
            ["nvidia.com/gpu.present"] = "true",
            ["nvidia.com/gpu.product"] = GpuProduct,
            ["nvidia.com/gpu.count"] = Gpus.ToString(CultureInfo.InvariantCulture),
            ["nvidia.com/gpu.memory"] = "81559",
            ["network.topology.nvidia.com/leaf"] = $"{Prefix}-leaf-{rack}",
            ["network.topology.nvidia.com/spine"] = $"{Prefix}-spine-{rack / RacksPerBlock}",
        };
        foreach (var (key, value) in Labels?.Invoke(index) ?? new Dictionary<string, string?>())
        {
            labels[key] = value;
        }

        var metadata = new JsonObject { ["name"] = name, ["labels"] = new JsonObject(labels.Where(l => l.Value is not null).Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value))) };
        var spec = new JsonObject { ["providerID"] = $"azure:///subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/{Pool}/virtualMachines/{index}" };
        if (Taints.Count > 0)
        {
            spec["taints"] = new JsonArray([.. Taints.Select(t => new JsonObject { ["key"] = t.Key, ["value"] = t.Value, ["effect"] = t.Effect })]);
        }

        return new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["metadata"] = metadata, ["spec"] = spec, ["status"] = Status(index) };
    }

    private JsonObject Status(int index)
    {
        var resources = new Dictionary<string, string>
        {
            ["cpu"] = Cpus.ToString(CultureInfo.InvariantCulture),
            ["memory"] = $"{MemoryGiB}Gi",
            ["ephemeral-storage"] = "3500Gi",
            ["pods"] = Pods.ToString(CultureInfo.InvariantCulture),
        };
        if (Gpus > 0)
        {
            resources["nvidia.com/gpu"] = Gpus.ToString(CultureInfo.InvariantCulture);
        }

        foreach (var (key, value) in Resources)
        {
            resources[key] = value;
        }

        return new JsonObject
        {
            ["capacity"] = Quantities(),
            ["allocatable"] = Quantities(),
            ["conditions"] = new JsonArray(NodeCondition("Ready", "True", "KubeletReady"), NodeCondition("MemoryPressure", "False", "KubeletHasSufficientMemory")),
            ["addresses"] = new JsonArray(new JsonObject { ["type"] = "InternalIP", ["address"] = $"10.{index / 65536 % 256}.{index / 256 % 256}.{index % 256}" }),
            ["nodeInfo"] = new JsonObject
            {
                ["machineID"] = Name(index), ["systemUUID"] = Name(index), ["bootID"] = "boot-1", ["kernelVersion"] = "5.15.0", ["osImage"] = "Ubuntu 22.04",
                ["containerRuntimeVersion"] = "containerd://1.7.0", ["kubeletVersion"] = "v1.20.2", ["kubeProxyVersion"] = "v1.20.2", ["operatingSystem"] = "linux", ["architecture"] = "amd64",
            },
        };

        JsonObject Quantities() => new(resources.Select(r => KeyValuePair.Create(r.Key, (JsonNode?)r.Value)));
    }

    /// <summary>A condition as a kubelet writes it.</summary>
    public static JsonObject NodeCondition(string type, string status, string reason)
    {
        var now = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return new JsonObject { ["type"] = type, ["status"] = status, ["reason"] = reason, ["message"] = reason, ["lastHeartbeatTime"] = now, ["lastTransitionTime"] = now };
    }
}
