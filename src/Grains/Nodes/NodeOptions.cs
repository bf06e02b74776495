namespace Grains.Nodes;

/// <summary>How a node grain paces itself. Configuration section "Nodes".</summary>
public sealed class NodeOptions
{
    public const string Section = "Nodes";

    /// <summary>Between two rounds of what is not done yet: telling the rack, emptying the node. Default 5 s.</summary>
    public TimeSpan RetryPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Jobs asked at once to leave the node; the next ones follow when these have answered. Default 8.</summary>
    public int EvictionsAtOnce { get; set; } = 8;

    /// <summary>A machine that is not ready for so long is lost: its attempts are queued again. Default 5 minutes.</summary>
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest reason an operator may give, in characters. Default 512.</summary>
    public int MaxReasonLength { get; set; } = 512;
}
