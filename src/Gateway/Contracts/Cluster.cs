namespace Gateway.Contracts;

/// <summary>A pool at a glance. GPU amounts are thousandths of a GPU.</summary>
public sealed record Pool
{
    public required string Name { get; init; }
    public required int Racks { get; init; }
    public required int Nodes { get; init; }
    public required int SchedulableNodes { get; init; }
    public required long GpuMilliTotal { get; init; }
    public required long GpuMilliAllocated { get; init; }

    /// <summary>Free, and kept for the jobs it is promised to.</summary>
    public long GpuMilliPromised { get; init; }
    public required int PendingJobs { get; init; }

    /// <summary>Jobs between plan and commit.</summary>
    public required int PlacingJobs { get; init; }

    /// <summary>Jobs with a committed placement.</summary>
    public required int RunningJobs { get; init; }
    public required IReadOnlyList<ReasonCount> PendingByReason { get; init; }

    /// <summary>GPU-seconds by what became of them; they sum to capacity.</summary>
    public required IReadOnlyList<LedgerEntry> Ledger { get; init; }
    public required long InvariantChecks { get; init; }
    public required long InvariantFailures { get; init; }
}

public sealed record PoolList
{
    public required IReadOnlyList<Pool> Value { get; init; }
}

/// <summary>Everything there is, summed over pools.</summary>
public sealed record ClusterSummary
{
    public required IReadOnlyList<string> Pools { get; init; }
    public required int Racks { get; init; }
    public required int Nodes { get; init; }
    public required int SchedulableNodes { get; init; }
    public required long GpuMilliTotal { get; init; }
    public required long GpuMilliAllocated { get; init; }
    public required int PendingJobs { get; init; }
    public required int PlacingJobs { get; init; }
    public required int RunningJobs { get; init; }
    public required IReadOnlyList<ReasonCount> PendingByReason { get; init; }
    public required IReadOnlyList<LedgerEntry> Ledger { get; init; }
    public required long InvariantChecks { get; init; }
    public required long InvariantFailures { get; init; }
}

public sealed record ReasonCount
{
    public required string Reason { get; init; }
    public required int Jobs { get; init; }
}

/// <summary>GPU time spent in one way: productive, startup, lost, held, fragmented, unhealthy, idle.</summary>
public sealed record LedgerEntry
{
    public required string Category { get; init; }
    public required double GpuSeconds { get; init; }
}

/// <summary>An amount of a node's or rack's resources.</summary>
public sealed record Resources
{
    public required long CpuMilli { get; init; }
    public required long MemoryMiB { get; init; }
    public required long GpuMilli { get; init; }

    /// <summary>What there is beside these, by name; absent when there is none.</summary>
    public IReadOnlyDictionary<string, ResourceCount>? Extended { get; init; }
}

/// <summary>A rack in a list.</summary>
public sealed record RackSummary
{
    public required string Name { get; init; }
    public required string Pool { get; init; }
    public required string Block { get; init; }
    public required int Nodes { get; init; }
    public required int SchedulableNodes { get; init; }
    public required Resources Capacity { get; init; }

    /// <summary>Held or allocated.</summary>
    public required Resources Allocated { get; init; }

    /// <summary>Nodes held back to replace ones that fail.</summary>
    public required int Spares { get; init; }
}

public sealed record RackList
{
    public required IReadOnlyList<RackSummary> Value { get; init; }

    /// <summary>The next page; absent on the last.</summary>
    public string? NextLink { get; init; }
}

/// <summary>A rack with its nodes.</summary>
public sealed record Rack
{
    public required string Name { get; init; }
    public required string Pool { get; init; }
    public required string Block { get; init; }
    public required Resources Capacity { get; init; }
    public required Resources Allocated { get; init; }
    public required IReadOnlyList<NodeSummary> Nodes { get; init; }

    /// <summary>Nodes held back to replace ones that fail.</summary>
    public required int Spares { get; init; }

    /// <summary>Who has what here; for operators only.</summary>
    public IReadOnlyList<RackAllocation>? Allocations { get; init; }
    public required long Version { get; init; }
}

/// <summary>One attempt's share of a rack.</summary>
public sealed record RackAllocation
{
    public required string Job { get; init; }
    public required int Attempt { get; init; }

    /// <summary>False while it is only held.</summary>
    public required bool Committed { get; init; }
    public required int Workers { get; init; }
}

/// <summary>A node in a list.</summary>
public sealed record NodeSummary
{
    public required string Name { get; init; }

    /// <summary>"pool/rack".</summary>
    public required string Rack { get; init; }

    /// <summary>Its place in the rack, 0–63.</summary>
    public required int Slot { get; init; }

    /// <summary>Takes new work.</summary>
    public required bool Schedulable { get; init; }
    public required int Gpus { get; init; }
    public required string GpuModel { get; init; }
    public required Resources Capacity { get; init; }
    public required Resources Allocated { get; init; }

    /// <summary>Its NVLink domain within the rack; absent when the rack is one domain.</summary>
    public string? Domain { get; init; }
}

public sealed record NodeList
{
    public required IReadOnlyList<NodeSummary> Value { get; init; }

    /// <summary>The next page; absent on the last.</summary>
    public string? NextLink { get; init; }
}

/// <summary>A machine.</summary>
public sealed record Node
{
    public required string Name { get; init; }
    public required string Pool { get; init; }

    /// <summary>"pool/rack".</summary>
    public required string Rack { get; init; }

    /// <summary>Ready, Cordoned, Draining, Drained, NotReady or Preflight.</summary>
    public required string State { get; init; }

    /// <summary>Why it is not Ready.</summary>
    public string? Reason { get; init; }

    /// <summary>Who made it so.</summary>
    public string? By { get; init; }
    public DateTimeOffset? Since { get; init; }
    public required int Gpus { get; init; }
    public required string GpuModel { get; init; }
    public required Resources Capacity { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required IReadOnlyDictionary<string, string> Taints { get; init; }

    /// <summary>Its NVLink domain within the rack; absent when the rack is one domain.</summary>
    public string? Domain { get; init; }

    /// <summary>NotAsked, Pending, Passed or Failed.</summary>
    public required string Preflight { get; init; }

    /// <summary>Names this run of the machine; absent when its source does not tell.</summary>
    public string? Boot { get; init; }

    /// <summary>Of a draining node: what of others has to leave yet; absent when nothing is in the way.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>Somebody said that the machine is dead.</summary>
    public required bool OutOfService { get; init; }

    /// <summary>What happened to it, oldest first; for operators only.</summary>
    public IReadOnlyList<NodeEvent>? History { get; init; }

    /// <summary>Whose workers alone may come here, shown to operators; absent when everybody's may.</summary>
    public IReadOnlyList<string>? Tenants { get; init; }
    public required long Version { get; init; }
}

/// <summary>A change of a machine's state, or something that happened to it without one: then from and to are the same.</summary>
public sealed record NodeEvent
{
    public required DateTimeOffset At { get; init; }
    public required string From { get; init; }
    public required string To { get; init; }
    public required string By { get; init; }
    public string? Reason { get; init; }
}
