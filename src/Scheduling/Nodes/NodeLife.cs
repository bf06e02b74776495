namespace Scheduling.Nodes;

/// <summary>Which life of a machine was seen last: its node object and its boot. Empty where they are not known.</summary>
[GenerateSerializer, Immutable]
public readonly record struct NodeLife([property: Id(0)] string? Uid, [property: Id(1)] string? Boot)
{
    public static NodeLife Of(NodeFacts facts) => new(facts.Uid, facts.Boot);

    /// <summary>The machine restarted between the two: whatever ran on it is lost.</summary>
    public bool IsRestartOf(NodeLife before) => Differ(Boot, before.Boot);

    /// <summary>Another node object under the same name.</summary>
    public bool IsMadeAnewAfter(NodeLife before) => Differ(Uid, before.Uid);

    /// <summary>What is not said now stays as it was known.</summary>
    public NodeLife After(NodeLife before) => new(string.IsNullOrEmpty(Uid) ? before.Uid : Uid, string.IsNullOrEmpty(Boot) ? before.Boot : Boot);

    private static bool Differ(string? now, string? before) => !string.IsNullOrEmpty(now) && !string.IsNullOrEmpty(before) && now != before;
}
