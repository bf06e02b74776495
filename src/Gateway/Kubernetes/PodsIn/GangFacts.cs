using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>What is known of a gang besides its pods: from its PodGroup, its owner, or what its pods say themselves.</summary>
internal sealed record GangFacts
{
    /// <summary>Tells one life of the group from the next of the same name; empty where there is no such object.</summary>
    public string Uid { get; init; } = "";

    /// <summary>So many run together, or none does. At least 1.</summary>
    public required int Min { get; init; }

    /// <summary>Closeness that the group asks for; null: what its pods ask for.</summary>
    public TopologyRule? Topology { get; init; }

    /// <summary>The queue that the group names; null: what its pods name.</summary>
    public string? Queue { get; init; }

    /// <summary>Priority by the group's class; null: that of its pods.</summary>
    public string? PriorityClass { get; init; }

    /// <summary>What the group asks for that is not honoured here, by name; null: nothing.</summary>
    public string? Refusal { get; init; }

    /// <summary>The object to tell about the gang; null where there is none.</summary>
    public GroupRef? Object { get; init; }
}

/// <summary>An object of the cluster that stands for a gang.</summary>
internal sealed record GroupRef(string ApiVersion, string Kind, string Namespace, string Name, string Uid);
