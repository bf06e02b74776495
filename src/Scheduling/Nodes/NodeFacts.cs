namespace Scheduling.Nodes;

/// <summary>What a cluster says of one machine beside whether it is ready. A source that knows none of it says nothing.</summary>
[GenerateSerializer, Immutable]
public sealed record NodeFacts
{
    public static NodeFacts None { get; } = new();

    /// <summary>Why it is not ready, for people.</summary>
    [Id(0)] public string? NotReadyBecause { get; init; }

    /// <summary>Why somebody in the cluster holds it out (kubectl cordon, a taint); null when nobody does.</summary>
    [Id(1)] public string? HeldBecause { get; init; }

    /// <summary>It takes work only once it has passed preflight in this life.</summary>
    [Id(2)] public bool NeedsPreflight { get; init; }

    /// <summary>What the machine itself says of its preflight in this life; NotAsked when it says nothing.</summary>
    [Id(3)] public NodePreflight Preflight { get; init; }

    [Id(4)] public string? PreflightBecause { get; init; }

    /// <summary>Names this very node object: one that is made anew under the same name has another. Empty: not known.</summary>
    [Id(5)] public string Uid { get; init; } = "";

    /// <summary>Names this run of the machine: after a restart it has another. Empty: not known.</summary>
    [Id(6)] public string Boot { get; init; } = "";

    /// <summary>The source counts what others run on machines that drain, and a drain waits for it.</summary>
    [Id(7)] public bool CountsOthers { get; init; }

    /// <summary>What of others must leave yet, for people: "" when nothing must, null when it was not counted.</summary>
    [Id(8)] public string? Others { get; init; }

    /// <summary>The machine is gone from the cluster.</summary>
    [Id(9)] public bool Gone { get; init; }

    /// <summary>The cloud's name of the machine. Empty: not known.</summary>
    [Id(10)] public string ProviderId { get; init; } = "";

    /// <summary>The physical host that it is on. Empty: not known.</summary>
    [Id(11)] public string Host { get; init; } = "";

    /// <summary>Serial numbers of its GPUs, with commas between. Empty: not known.</summary>
    [Id(12)] public string GpuSerials { get; init; } = "";
}
