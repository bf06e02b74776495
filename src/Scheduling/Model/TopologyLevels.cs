namespace Scheduling.Model;

/// <summary>The order of the levels. Their stored numbers say nothing about it.</summary>
public static class TopologyLevels
{
    /// <summary>From a node outwards.</summary>
    public static IReadOnlyList<TopologyLevel> FromTightest { get; } =
        [TopologyLevel.Node, TopologyLevel.NvlinkDomain, TopologyLevel.Rack, TopologyLevel.Block, TopologyLevel.None];

    /// <summary>0 for a node, growing outwards; None is the whole pool.</summary>
    public static int Width(this TopologyLevel level) => level switch
    {
        TopologyLevel.Node => 0,
        TopologyLevel.NvlinkDomain => 1,
        TopologyLevel.Rack => 2,
        TopologyLevel.Block => 3,
        _ => 4,
    };

    public static bool IsTighterThan(this TopologyLevel level, TopologyLevel other) => level.Width() < other.Width();

    public static TopologyLevel Tighter(TopologyLevel one, TopologyLevel other) => one.IsTighterThan(other) ? one : other;

    /// <summary>One domain of the level, for people.</summary>
    public static string Noun(this TopologyLevel level) => level switch
    {
        TopologyLevel.Node => "node",
        TopologyLevel.NvlinkDomain => "NVLink domain",
        TopologyLevel.Rack => "rack",
        TopologyLevel.Block => "block",
        _ => "pool",
    };
}
