namespace Scheduling.Nodes;

/// <summary>What a command or an observation does to a machine's health.</summary>
public abstract record NodeDecision
{
    private NodeDecision()
    {
    }

    /// <summary>It becomes <paramref name="Next"/>, once that is durable.</summary>
    public sealed record Change(NodeHealth Next) : NodeDecision;

    /// <summary>It cannot be, and why.</summary>
    public sealed record Refuse(string Reason) : NodeDecision;

    /// <summary>It is so already.</summary>
    public sealed record Nothing : NodeDecision
    {
        public static Nothing Instance { get; } = new();
    }
}
