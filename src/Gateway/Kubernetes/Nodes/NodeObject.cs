using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes.Nodes;

/// <summary>A node of a cluster in our words: what is kept of it, and nothing more.</summary>
internal sealed record NodeObject
{
    public required NodeId Name { get; init; }

    /// <summary>Names this very object: one that is made anew under the same name has another.</summary>
    public required string Uid { get; init; }

    /// <summary>Differs after every change of it.</summary>
    public required string Version { get; init; }

    /// <summary>Names this run of the machine: status.nodeInfo.bootID.</summary>
    public string Boot { get; init; } = "";

    public ImmutableArray<Label> Labels { get; init; } = [];

    /// <summary>In the order in which they stand on it.</summary>
    public ImmutableArray<NodeTaint> Taints { get; init; } = [];

    /// <summary>kubectl cordon.</summary>
    public bool Unschedulable { get; init; }

    public ResourceAmounts Allocatable { get; init; } = ResourceAmounts.None;

    /// <summary>What the condition Ready says.</summary>
    public bool Ready { get; init; }

    /// <summary>Why it is not ready.</summary>
    public string? NotReadyBecause { get; init; }

    /// <summary>The epoch of the leader of ours that changed it last; 0 when none did.</summary>
    public long Epoch { get; init; }

    /// <summary>It has any annotations: a patch has to know.</summary>
    public bool HasAnnotations { get; init; }

    /// <summary>Our annotations of preflight, as they are.</summary>
    public string? PreflightPassed { get; init; }
    public string? PreflightFailed { get; init; }

    /// <summary>spec.providerID, and our annotations of hardware; empty where there is none.</summary>
    public string ProviderId { get; init; } = "";
    public string Host { get; init; } = "";
    public string GpuSerials { get; init; } = "";

    /// <summary>The label's value; null when it has no such label.</summary>
    public string? Label(string key)
    {
        foreach (var label in Labels)
        {
            if (label.Key == key)
            {
                return label.Value;
            }
        }

        return null;
    }
}

/// <summary>A taint of a node. <paramref name="Effect"/>: NoSchedule, PreferNoSchedule or NoExecute.</summary>
internal readonly record struct NodeTaint(string Key, string Value, string Effect)
{
    public const string NoSchedule = "NoSchedule";
    public const string NoExecute = "NoExecute";
    public const string PreferNoSchedule = "PreferNoSchedule";

    public override string ToString() => Value.Length == 0 ? $"{Key}:{Effect}" : $"{Key}={Value}:{Effect}";
}
